import { clauseOf, kindBits, type Network } from './network';
import { each, rowOf } from './rows';
import type { ClauseKind } from './spread';

export interface PathEdge {
  readonly component: string;
  readonly kind: ClauseKind;
  /** The requirement that makes the edge. */
  readonly via: string;
}

/** How many unfinished chains are kept while shortest ones are looked for. */
const mostOpen = 100_000;

/**
 * Chains of dependencies from one component to another, shortest first, each without its start; none visits a component
 * twice. Only what can reach the end is walked.
 */
export function pathsBetween(
  network: Network,
  from: number,
  to: number,
  most: number,
): readonly (readonly PathEdge[])[] {
  const away = distancesTo(network, to);
  if (from === to || away[from] === -1) return [];
  const found: (readonly number[])[] = [];
  // Chains by the least length that they can come to: the next one finished is the next shortest.
  const open: (readonly number[])[][] = [];
  let kept = 0;
  const keep = (chain: readonly number[]): void => {
    if (kept++ > mostOpen) return;
    (open[chain.length + away[chain[chain.length - 1]!]!] ??= []).push(chain);
  };
  const onwards = (chain: readonly number[], last: number): readonly number[] =>
    [...rowOf(network.out, last)].filter((next) => away[next] !== -1 && !chain.includes(next));
  keep([from]);
  for (let length = 0; length < open.length && found.length < most; length++) {
    const chains = open[length] ?? [];
    for (let n = 0; n < chains.length && found.length < most; n++) {
      const chain = chains[n]!;
      const last = chain[chain.length - 1]!;
      if (last === to) found.push(chain);
      else onwards(chain, last).forEach((next) => keep([...chain, next]));
    }
  }
  return found.map((chain) => chain.slice(1).map((component, n) => edgeBetween(network, chain[n]!, component)));
}

function distancesTo(network: Network, to: number): Int32Array {
  const away = new Int32Array(network.count).fill(-1);
  away[to] = 0;
  const queue = [to];
  for (let n = 0; n < queue.length; n++) {
    each(network.into, queue[n]!, (by) => {
      if (away[by] !== -1) return;
      away[by] = away[queue[n]!]! + 1;
      queue.push(by);
    });
  }
  return away;
}

/** The first requirement of a component that leads to another: of its build, else of its packages, else of its parts. */
function edgeBetween(network: Network, from: number, to: number, kinds = 7): PathEdge {
  const component = network.components.get(to);
  const leads = (clause: number): boolean =>
    rowOf(network.answers, clause).some((of) => network.packageComponent[of] === to);
  const by = (clauses: Int32Array): string | null => {
    const clause = clauses.find(leads);
    return clause === undefined ? null : clauseOf(network, clause).text;
  };
  const build = kinds & kindBits.build ? by(rowOf(network.build, from)) : null;
  if (build !== null) return { component, kind: 'build', via: build };
  for (const of of kinds & kindBits.runtime ? rowOf(network.made, from) : []) {
    const runtime = by(rowOf(network.runtime, of));
    if (runtime !== null) return { component, kind: 'runtime', via: runtime };
  }
  const installed = by(rowOf(network.installs, from));
  if (installed !== null) return { component, kind: 'contains', via: installed };
  return { component, kind: rowOf(network.builtOn, from).includes(to) ? 'build' : 'contains', via: component };
}

export interface Neighbour extends PathEdge {
  readonly distance: number;
}

/** Everything up to `depth` steps away, nearest first, with the requirement that leads there. */
export function neighboursOf(
  network: Network,
  start: number,
  direction: 'dependants' | 'dependencies',
  kind: ClauseKind | 'any',
  depth: number,
): readonly Neighbour[] {
  const [rows, bits] = direction === 'dependants' ? [network.into, network.intoKinds] : [network.out, network.outKinds];
  const wanted = kind === 'any' ? 7 : kindBits[kind];
  const seen = new Set([start]);
  const found: Neighbour[] = [];
  let edge = [start];
  for (let distance = 1; distance <= depth && edge.length > 0; distance++) {
    const next: number[] = [];
    const visit = (at: number, n: number): void => {
      const other = rows.targets[n]!;
      if ((bits[n]! & wanted) === 0 || seen.has(other)) return;
      seen.add(other);
      next.push(other);
      const [by, on] = direction === 'dependants' ? [other, at] : [at, other];
      found.push({ ...edgeBetween(network, by, on, wanted), component: network.components.get(other), distance });
    };
    for (const at of edge) for (let n = rows.offsets[at]!; n < rows.offsets[at + 1]!; n++) visit(at, n);
    edge = next;
  }
  return found;
}
