import { notSendable } from './problem';
import { callLimits, type RpcStruct, type RpcValue } from './value';

const head = "<?xml version='1.0' encoding='utf-8'?>\n";
// What XML 1.0 has no way to write, not even as a character reference; lone surrogates have no UTF-8 form.
const unwritable = new RegExp(
  `[${range(0x00, 0x08)}${range(0x0b, 0x0c)}${range(0x0e, 0x1f)}${range(0xd800, 0xdfff)}${range(0xfffe, 0xffff)}]`,
  'u',
);

/**
 * A call of `method`. Positional parameters only; keyword arguments go last, by {@link withKeywords}.
 *
 * @throws AppError `xml-rpc-not-sendable` (invalid): a value has no form, or the body is over the hub's 4 MiB.
 */
export function encodeCall(method: string, params: readonly RpcValue[]): string {
  const body = `${head}<methodCall><methodName>${text(method)}</methodName>${paramsOf(params)}</methodCall>`;
  if (Buffer.byteLength(body) <= callLimits.bytes) return body;
  throw notSendable(`the call of ${method} is over ${callLimits.bytes} bytes, which hubs refuse`);
}

export function encodeAnswer(value: RpcValue): string {
  return `${head}<methodResponse>${paramsOf([value])}</methodResponse>`;
}

export function encodeFault(faultCode: number, faultString: string): string {
  const printable = [...faultString].map((c) => (unwritable.test(c) ? '?' : c)).join('');
  return `${head}<methodResponse><fault>${valueOf({ faultCode, faultString: printable })}</fault></methodResponse>`;
}

/** Koji's convention: one trailing struct with the member `__starstar` carries the keyword arguments. */
export function withKeywords(params: readonly RpcValue[], keywords: RpcStruct): readonly RpcValue[] {
  const given = Object.entries(keywords);
  if (given.length === 0) return params;
  return [...params, Object.fromEntries([...given, ['__starstar', true]])];
}

function paramsOf(params: readonly RpcValue[]): string {
  return `<params>${params.map((p) => `<param>${valueOf(p)}</param>`).join('')}</params>`;
}

function valueOf(value: RpcValue): string {
  return `<value>${bodyOf(value)}</value>`;
}

function bodyOf(value: RpcValue): string {
  if (value === null) return '<nil/>';
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  if (typeof value === 'string') return `<string>${text(value)}</string>`;
  if (typeof value === 'number') return numberOf(value);
  if (typeof value === 'bigint') return bigOf(value);
  if (value instanceof Date) return `<dateTime.iso8601>${dateOf(value)}</dateTime.iso8601>`;
  if (value instanceof Uint8Array) return `<base64>${Buffer.from(value).toString('base64')}</base64>`;
  if (Array.isArray(value)) return `<array><data>${value.map(valueOf).join('')}</data></array>`;
  return `<struct>${Object.entries(value as RpcStruct)
    .map(([name, member]) => `<member><name>${text(name)}</name>${valueOf(member)}</member>`)
    .join('')}</struct>`;
}

function numberOf(value: number): string {
  if (!Number.isFinite(value)) throw notSendable(`the number ${value}`);
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return `<double>${doubleOf(value)}</double>`;
  return value === (value | 0) ? `<int>${value}</int>` : `<i8>${value}</i8>`;
}

/** Python's float() takes exponents, so the shortest form that reads back exactly is sent as it is. */
function doubleOf(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function bigOf(value: bigint): string {
  if (BigInt.asIntN(64, value) !== value) throw notSendable(`the integer ${value}, which is over 64 bits`);
  return `<i8>${value}</i8>`;
}

function dateOf(value: Date): string {
  const year = value.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw notSendable('a date outside the years 1 to 9999');
  return value.toISOString().slice(0, 19).replaceAll('-', '');
}

function text(value: string): string {
  if (unwritable.test(value)) throw notSendable('a text with control characters or half a surrogate pair');
  // A bare carriage return would come back as a line feed.
  return value.replace(/[&<>\r]/g, (c) => escapes[c]!);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

function range(from: number, to: number): string {
  const hex = (n: number) => `\\u${n.toString(16).padStart(4, '0')}`;
  return `${hex(from)}-${hex(to)}`;
}
