import { kindBits, type Network } from './network';

export const formats = ['json', 'graphml', 'dot'] as const;
export type Format = (typeof formats)[number];

/** A whole graph for other tools: components and their direct dependencies by kind. */
export function exportOf(network: Network, name: string, format: Format): string {
  switch (format) {
    case 'json':
      return jsonOf(network, name);
    case 'graphml':
      return graphmlOf(network, name);
    case 'dot':
      return dotOf(network, name);
  }
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly string[];
}

function* edgesOf(network: Network): Generator<Edge> {
  const { out, outKinds, components } = network;
  for (let n = 0; n < network.count; n++) {
    for (let edge = out.offsets[n]!; edge < out.offsets[n + 1]!; edge++) {
      const kinds = Object.entries(kindBits).flatMap(([kind, bit]) => (outKinds[edge]! & bit ? [kind] : []));
      yield { from: components.get(n), to: components.get(out.targets[edge]!), kinds };
    }
  }
}

function jsonOf(network: Network, name: string): string {
  const components = Array.from(network.components, (id, n) => ({ id, version: network.versions.get(n) }));
  return JSON.stringify({ snapshot: name, components, edges: [...edgesOf(network)] });
}

function graphmlOf(network: Network, name: string): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    '<key id="version" for="node" attr.name="version" attr.type="string"/>',
    '<key id="kinds" for="edge" attr.name="kinds" attr.type="string"/>',
    `<graph id="${xml(name)}" edgedefault="directed">`,
  ];
  let n = 0;
  for (const id of network.components) {
    lines.push(`<node id="${xml(id)}"><data key="version">${xml(network.versions.get(n++))}</data></node>`);
  }
  for (const { from, to, kinds } of edgesOf(network)) {
    lines.push(`<edge source="${xml(from)}" target="${xml(to)}"><data key="kinds">${kinds.join(' ')}</data></edge>`);
  }
  return [...lines, '</graph>', '</graphml>', ''].join('\n');
}

function dotOf(network: Network, name: string): string {
  const lines = [`digraph ${quoted(name)} {`];
  for (const id of network.components) lines.push(`  ${quoted(id)};`);
  for (const { from, to, kinds } of edgesOf(network)) {
    lines.push(`  ${quoted(from)} -> ${quoted(to)} [kinds=${quoted(kinds.join(' '))}];`);
  }
  return [...lines, '}', ''].join('\n');
}

function xml(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (mark) => marks[mark]!);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
