import { kindBits, type Network } from './network';

export const formats = ['json', 'graphml', 'dot'] as const;
export type Format = (typeof formats)[number];

/** Components that are told, with what they depend on. */
export interface Told {
  readonly limit?: number | undefined;
  readonly offset: number;
}

const everything: Told = { offset: 0 };

/** A whole graph for other tools, or a part: components and their direct dependencies by kind. A piece is some lines. */
export function exportOf(network: Network, name: string, format: Format, told = everything): Iterable<string> {
  return gathered(linesOf(network, name, format, { from: told.offset, to: endOf(network, told) }));
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function endOf({ count }: Network, { limit = count, offset }: Told): number {
  return Math.min(count, offset + limit);
}

function linesOf(network: Network, name: string, format: Format, range: Range): Iterable<string> {
  switch (format) {
    case 'json':
      return jsonOf(network, name, range);
    case 'graphml':
      return graphmlOf(network, name, range);
    case 'dot':
      return dotOf(network, name, range);
  }
}

/** Characters of a piece, more or less. */
const pieceLength = 64 * 1024;

function* gathered(lines: Iterable<string>): Generator<string> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly string[];
}

function* edgesOf({ out, outKinds, components }: Network, { from, to }: Range): Generator<Edge> {
  for (let n = from; n < to; n++) {
    for (let edge = out.offsets[n]!; edge < out.offsets[n + 1]!; edge++) {
      const kinds = Object.entries(kindBits).flatMap(([kind, bit]) => (outKinds[edge]! & bit ? [kind] : []));
      yield { from: components.get(n), to: components.get(out.targets[edge]!), kinds };
    }
  }
}

interface Node {
  readonly id: string;
  readonly version: string;
}

function* nodesOf({ components, versions }: Network, { from, to }: Range): Generator<Node> {
  for (let n = from; n < to; n++) yield { id: components.get(n), version: versions.get(n) };
}

function* jsonOf(network: Network, name: string, range: Range): Generator<string> {
  yield `{"snapshot":${JSON.stringify(name)},"components":[`;
  yield* separated(nodesOf(network, range));
  yield '],"edges":[';
  yield* separated(edgesOf(network, range));
  yield ']}';
}

function* separated(items: Iterable<object>): Generator<string> {
  let before = '';
  for (const item of items) {
    yield `${before}${JSON.stringify(item)}`;
    before = ',';
  }
}

function* graphmlOf(network: Network, name: string, range: Range): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n';
  yield '<key id="version" for="node" attr.name="version" attr.type="string"/>\n';
  yield '<key id="kinds" for="edge" attr.name="kinds" attr.type="string"/>\n';
  yield `<graph id="${xml(name)}" edgedefault="directed">\n`;
  for (const { id, version } of nodesOf(network, range)) {
    yield `<node id="${xml(id)}"><data key="version">${xml(version)}</data></node>\n`;
  }
  for (const { from, to, kinds } of edgesOf(network, range)) {
    yield `<edge source="${xml(from)}" target="${xml(to)}"><data key="kinds">${kinds.join(' ')}</data></edge>\n`;
  }
  yield '</graph>\n</graphml>\n';
}

function* dotOf(network: Network, name: string, range: Range): Generator<string> {
  yield `digraph ${quoted(name)} {\n`;
  for (const { id } of nodesOf(network, range)) yield `  ${quoted(id)};\n`;
  for (const { from, to, kinds } of edgesOf(network, range)) {
    yield `  ${quoted(from)} -> ${quoted(to)} [kinds=${quoted(kinds.join(' '))}];\n`;
  }
  yield '}\n';
}

function xml(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (mark) => marks[mark]!);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
