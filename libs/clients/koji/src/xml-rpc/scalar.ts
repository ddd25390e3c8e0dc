import { notXmlRpc } from './problem';
import type { RpcValue } from './value';

/** The types that hold text, by element name. `<value>text</value>` without an element is a string. */
export const scalars: Readonly<Record<string, (text: string) => RpcValue>> = {
  nil: () => null,
  string: (text) => text,
  int: integer,
  i4: integer,
  i8: integer,
  double,
  boolean,
  base64,
  'dateTime.iso8601': dateTime,
};

function integer(text: string): RpcValue {
  const trimmed = text.trim();
  if (!/^[+-]?\d{1,20}$/.test(trimmed)) throw notXmlRpc(`${excerpt(text)} is no integer`);
  const exact = BigInt(trimmed.replace(/^\+/, ''));
  if (BigInt.asIntN(64, exact) !== exact) throw notXmlRpc(`${excerpt(text)} is over 64 bits`);
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}

function double(text: string): RpcValue {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) throw notXmlRpc(`${excerpt(text)} is no number`);
  return Number(trimmed);
}

function boolean(text: string): RpcValue {
  const trimmed = text.trim();
  if (trimmed === '1') return true;
  if (trimmed === '0') return false;
  throw notXmlRpc(`${excerpt(text)} is no boolean`);
}

function base64(text: string): RpcValue {
  const packed = text.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed) || packed.length % 4 !== 0) throw notXmlRpc('base64 is damaged');
  return new Uint8Array(Buffer.from(packed, 'base64'));
}

function dateTime(text: string): RpcValue {
  const parts = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):(\d\d):(\d\d)Z?$/.exec(text.trim());
  const date = parts && new Date(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`);
  if (!date || Number.isNaN(date.getTime())) throw notXmlRpc(`${excerpt(text)} is no date`);
  return date;
}

function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
