import { SaxesParser } from 'saxes';
import { notXmlRpc } from './problem';
import { scalars } from './scalar';
import { answerLimits, callLimits, isStruct, type RpcLimits, type RpcStruct, type RpcValue } from './value';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly RpcValue[];
}

export type RpcAnswer =
  { readonly kind: 'value'; readonly value: RpcValue } | { readonly kind: 'fault'; readonly fault: RpcStruct };

/**
 * Reads a response, piece by piece as it arrives.
 *
 * @throws AppError `xml-rpc-damaged` (invalid): no XML-RPC, a document type or entity, or more than the limits.
 */
export function decodeAnswer(pieces: string | Iterable<string>, limits: RpcLimits = answerLimits): RpcAnswer {
  return answerOf(read(pieces, limits));
}

/** The same while it arrives. */
export async function decodeArriving(pieces: AsyncIterable<string>, limits = answerLimits): Promise<RpcAnswer> {
  const reader = new Reader(limits);
  for await (const piece of pieces) reader.write(piece);
  return answerOf(reader.end());
}

function answerOf({ root, fault, params }: Document): RpcAnswer {
  if (root !== 'methodResponse') throw notXmlRpc(`it is a ${root ?? 'document without elements'}`);
  if (fault !== null) return { kind: 'fault', fault };
  if (params.length !== 1) throw notXmlRpc(`a response has one value, this has ${params.length}`);
  return { kind: 'value', value: params[0]! };
}

export function decodeCall(pieces: string | Iterable<string>, limits: RpcLimits = callLimits): RpcCall {
  const { root, method, params } = read(pieces, limits);
  if (root !== 'methodCall' || method === null) throw notXmlRpc('it is no call of a method');
  return { method, params };
}

/** Takes the keyword arguments apart from the positional ones. */
export function splitKeywords(params: readonly RpcValue[]): {
  readonly positional: readonly RpcValue[];
  readonly keywords: RpcStruct;
} {
  const last = params.at(-1);
  if (!isStruct(last) || !last['__starstar']) return { positional: params, keywords: {} };
  const keywords = Object.fromEntries(Object.entries(last).filter(([name]) => name !== '__starstar'));
  return { positional: params.slice(0, -1), keywords };
}

interface Document {
  readonly root: string | null;
  readonly method: string | null;
  readonly params: readonly RpcValue[];
  readonly fault: RpcStruct | null;
}

function read(pieces: string | Iterable<string>, limits: RpcLimits): Document {
  const reader = new Reader(limits);
  for (const piece of typeof pieces === 'string' ? [pieces] : pieces) reader.write(piece);
  return reader.end();
}

/** One open `<value>`: what it holds so far. */
interface Frame {
  kind: 'open' | 'scalar' | 'array' | 'struct';
  value: RpcValue;
  readonly items: RpcValue[];
  readonly members: [string, RpcValue][];
  name: string | null;
}

/** Every element may stand in these only: anything else is not XML-RPC. */
const parents: Readonly<Record<string, readonly string[]>> = {
  methodCall: [''],
  methodResponse: [''],
  methodName: ['methodCall'],
  params: ['methodCall', 'methodResponse'],
  param: ['params'],
  fault: ['methodResponse'],
  value: ['param', 'fault', 'member', 'data'],
  array: ['value'],
  data: ['array'],
  struct: ['value'],
  member: ['struct'],
  name: ['member'],
};

class Reader {
  private readonly parser = new SaxesParser({ xmlns: false });
  private readonly path: string[] = [];
  private readonly frames: Frame[] = [];
  private readonly params: RpcValue[] = [];
  private text = '';
  private bytes = 0;
  private values = 0;
  private root: string | null = null;
  private method: string | null = null;
  private fault: RpcStruct | null = null;

  constructor(private readonly limits: RpcLimits) {
    this.parser.on('doctype', () => refuse('it has a document type'));
    this.parser.on('error', (e) => refuse(e.message));
    this.parser.on('opentag', (tag) => this.open(tag.name));
    this.parser.on('closetag', (tag) => this.close(tag.name));
    this.parser.on('text', (text) => (this.text += text));
    this.parser.on('cdata', (text) => (this.text += text));
  }

  write(piece: string): void {
    this.bytes += Buffer.byteLength(piece);
    if (this.bytes > this.limits.bytes) refuse(`it is over ${this.limits.bytes} bytes`);
    this.parser.write(piece);
  }

  end(): Document {
    this.parser.close();
    const { root, method, params, fault } = this;
    return { root, method, params, fault };
  }

  private open(name: string): void {
    const parent = this.path.at(-1) ?? '';
    const allowed = Object.hasOwn(scalars, name) ? ['value'] : Object.hasOwn(parents, name) ? parents[name]! : [];
    if (!allowed.includes(parent)) refuse(`<${name.slice(0, 40)}> stands in <${parent}>`);
    this.root ??= name;
    this.path.push(name);
    if (name === 'value') this.openValue();
    else if (parent === 'value') this.openKind(name);
    this.text = '';
  }

  private openValue(): void {
    if (this.frames.length >= this.limits.depth) refuse(`it nests deeper than ${this.limits.depth} values`);
    if (++this.values > this.limits.values) refuse(`it has over ${this.limits.values} values`);
    this.frames.push({ kind: 'open', value: null, items: [], members: [], name: null });
  }

  private openKind(name: string): void {
    const frame = this.frames.at(-1)!;
    if (frame.kind !== 'open') refuse('a value holds two things');
    frame.kind = name === 'array' || name === 'struct' ? name : 'scalar';
  }

  private close(name: string): void {
    this.path.pop();
    const frame = this.frames.at(-1);
    if (name === 'methodName') this.method = this.text.trim();
    else if (name === 'name') frame!.name = this.text;
    else if (name === 'value') this.closeValue();
    else if (Object.hasOwn(scalars, name) && frame) frame.value = scalars[name]!(this.text);
    this.text = '';
  }

  private closeValue(): void {
    const value = finished(this.frames.pop()!, this.text);
    const parent = this.path.at(-1);
    if (parent === 'param') this.params.push(value);
    else if (parent === 'fault') this.fault = isStruct(value) ? value : refuse('a fault is no struct');
    else if (parent === 'data') this.frames.at(-1)!.items.push(value);
    else this.addMember(value);
  }

  private addMember(value: RpcValue): void {
    const struct = this.frames.at(-1)!;
    if (struct.name === null) refuse('a member has no name');
    struct.members.push([struct.name!, value]);
    struct.name = null;
  }
}

function finished(frame: Frame, text: string): RpcValue {
  if (frame.kind === 'open') return text;
  if (frame.kind === 'array') return frame.items;
  // fromEntries defines members, so that one named __proto__ is a member like any other.
  return frame.kind === 'struct' ? Object.fromEntries(frame.members) : frame.value;
}

function refuse(why: string): never {
  throw notXmlRpc(why);
}
