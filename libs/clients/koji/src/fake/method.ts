import { isStruct, type RpcStruct, type RpcValue } from '../xml-rpc/value';
import { splitKeywords } from '../xml-rpc/decode';
import { HubFault } from './hub-fault';
import type { FakeUser, HubState } from './state';

export interface Asked {
  readonly state: HubState;
  /** Who is logged in; null for an anonymous call. */
  readonly user: FakeUser | null;
  readonly of: Arguments;
}

export interface Method {
  readonly names: readonly string[];
  /** Writes need a session, and commit its call number. */
  readonly writes: boolean;
  readonly run: (asked: Asked) => RpcValue;
}

export type Methods = Readonly<Record<string, Method>>;

export function reads(names: readonly string[], run: Method['run']): Method {
  return { names, writes: false, run };
}

export function writes(
  names: readonly string[],
  run: (asked: Asked & { readonly user: FakeUser }) => RpcValue,
): Method {
  return {
    names,
    writes: true,
    run: ({ user, ...asked }) => {
      if (user === null) throw new HubFault('ActionNotAllowed', 'This action requires a logged-in user');
      return run({ ...asked, user });
    },
  };
}

/** Arguments by name, whether they came by position or by keyword, as Python takes them. */
export class Arguments {
  private readonly given = new Map<string, RpcValue>();

  constructor(method: string, names: readonly string[], params: readonly RpcValue[]) {
    const { positional, keywords } = splitKeywords(params);
    if (positional.length > names.length) throw parameters(`${method}() takes ${names.length} arguments`);
    positional.forEach((value, i) => this.given.set(names[i]!, value));
    for (const [name, value] of Object.entries(keywords)) {
      if (!names.includes(name)) throw parameters(`${method}() got an unexpected keyword argument '${name}'`);
      this.given.set(name, value);
    }
  }

  any(name: string): RpcValue {
    return this.given.get(name) ?? null;
  }

  text(name: string): string {
    const value = this.any(name);
    if (typeof value === 'string') return value;
    throw parameters(`Invalid type for ${name}`);
  }

  number(name: string): number {
    const value = this.any(name);
    if (typeof value === 'number') return value;
    throw parameters(`Invalid type for ${name}`);
  }

  numberOr<T>(name: string, otherwise: T): number | T {
    return this.any(name) === null ? otherwise : this.number(name);
  }

  flag(name: string): boolean {
    return Boolean(this.any(name));
  }

  struct(name: string): RpcStruct {
    const value = this.any(name);
    return isStruct(value) ? value : {};
  }

  list(name: string): readonly RpcValue[] {
    const value = this.any(name);
    return Array.isArray(value) ? (value as readonly RpcValue[]) : [];
  }
}

function parameters(message: string): HubFault {
  return new HubFault('ParameterError', message);
}
