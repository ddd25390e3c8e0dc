import { AppError, type FaultKind } from '@millrace/kernel';
import { isStruct, type RpcStruct, type RpcValue } from './xml-rpc/value';

/** Koji's fault codes (koji/__init__.py); 1 is any other Python error. */
export const faultCodes = {
  PythonError: 1,
  GenericError: 1000,
  LockError: 1001,
  AuthError: 1002,
  TagError: 1003,
  ActionNotAllowed: 1004,
  BuildError: 1005,
  AuthLockError: 1006,
  AuthExpired: 1007,
  SequenceError: 1008,
  RetryError: 1009,
  PreBuildError: 1010,
  PostBuildError: 1011,
  BuildrootError: 1012,
  FunctionDeprecated: 1013,
  ServerOffline: 1014,
  LiveCDError: 1015,
  PluginError: 1016,
  CallbackError: 1017,
  ApplianceError: 1018,
  ParameterError: 1019,
  ImportError: 1020,
  ConfigurationError: 1021,
  LiveMediaError: 1022,
  GSSAPIAuthError: 1023,
  NameValidationError: 1024,
} as const;

export type FaultName = keyof typeof faultCodes;

const kinds: Partial<Readonly<Record<FaultName, FaultKind>>> = {
  LockError: 'conflict',
  AuthError: 'forbidden',
  AuthLockError: 'conflict',
  ActionNotAllowed: 'forbidden',
  AuthExpired: 'unavailable',
  BuildError: 'conflict',
  SequenceError: 'conflict',
  RetryError: 'conflict',
  ServerOffline: 'unavailable',
  PythonError: 'bug',
  GSSAPIAuthError: 'forbidden',
};

const remedies: Partial<Readonly<Record<FaultName, string>>> = {
  AuthError: 'check user, password, certificate or ticket, and that the hub knows this user',
  GSSAPIAuthError: 'get a Kerberos ticket (kinit, or a keytab for the service)',
  ActionNotAllowed: "ask the hub's administrators for the permission that the message names",
  TagError: "add the package to the tag's list (koji add-pkg), or name another tag",
  ServerOffline: 'wait: the hub is down for maintenance',
};

/** A hub's refusal, final unless its name says otherwise. `method` is the call that it answered. */
export class KojiFault extends AppError {
  readonly faultCode: number;
  readonly faultName: FaultName | null;

  constructor(
    readonly method: string,
    faultCode: number,
    readonly faultString: string,
  ) {
    const name = nameOfFault(faultCode);
    super({
      code: 'koji-fault',
      kind: (name && kinds[name]) ?? 'invalid',
      message: `Koji refused ${method}: ${faultString} (${name ?? 'fault'} ${faultCode})`,
      remedy: (name && remedies[name]) ?? 'see what the hub says, and its log',
    });
    this.name = 'KojiFault';
    this.faultCode = faultCode;
    this.faultName = name;
  }
}

export function isFault(thrown: unknown, ...names: readonly FaultName[]): thrown is KojiFault {
  return thrown instanceof KojiFault && thrown.faultName !== null && names.includes(thrown.faultName);
}

export function toFault(method: string, fault: RpcStruct): KojiFault {
  const { faultCode, faultString } = fault;
  const code = typeof faultCode === 'number' ? faultCode : faultCodes.PythonError;
  return new KojiFault(method, code, typeof faultString === 'string' ? faultString : 'without a reason');
}

/** In multiCall and task results a fault is a struct among values. */
export function isFaultStruct(value: RpcValue): value is RpcStruct {
  return isStruct(value) && 'faultCode' in value && 'faultString' in value;
}

function nameOfFault(code: number): FaultName | null {
  const names = Object.keys(faultCodes) as FaultName[];
  return names.find((name) => faultCodes[name] === code) ?? null;
}
