/**
 * What XML-RPC can carry, as Koji speaks it: `<nil/>` both ways, integers over 31 bits as `<i8>`.
 * An i8 beyond ±(2^53-1) is a bigint; a dateTime is a Date in UTC with whole seconds, base64 a Uint8Array.
 */
export type RpcValue = null | boolean | number | bigint | string | Date | Uint8Array | readonly RpcValue[] | RpcStruct;

export interface RpcStruct {
  readonly [member: string]: RpcValue;
}

export function isStruct(value: RpcValue | undefined): value is RpcStruct {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Uint8Array);
}

/** What an answer may cost before it is refused. */
export interface RpcLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly values: number;
}

/** Answers of a hub: listTagged of a whole distribution has about 25,000 structs of 25 members. */
export const answerLimits: RpcLimits = { bytes: 256 * 1024 ** 2, depth: 64, values: 4_000_000 };

/** Calls: a hub refuses bodies over 4 MiB (MaxRequestLength). */
export const callLimits: RpcLimits = { bytes: 4 * 1024 ** 2, depth: 64, values: 200_000 };
