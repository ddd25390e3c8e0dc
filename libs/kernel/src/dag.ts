/**
 * A directed graph of small integers `0..count-1` in compressed rows: `targets[offsets[n] .. offsets[n+1]]` are the
 * nodes that `n` points to. Everything here is iterative and linear in nodes + edges unless it says otherwise.
 */
export interface Digraph {
  readonly count: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

export function digraph(count: number, edges: Iterable<readonly [number, number]>): Digraph {
  const list = [...edges];
  const offsets = new Int32Array(count + 1);
  for (const [from] of list) offsets[from + 1]!++;
  for (let n = 0; n < count; n++) offsets[n + 1]! += offsets[n]!;
  const next = offsets.slice(0, count);
  const targets = new Int32Array(list.length);
  for (const [from, to] of list) targets[next[from]!++] = to;
  return { count, offsets, targets };
}

export function successors(graph: Digraph, node: number): Int32Array {
  return graph.targets.subarray(graph.offsets[node], graph.offsets[node + 1]);
}

export function reversed(graph: Digraph): Digraph {
  const edges: [number, number][] = [];
  for (let n = 0; n < graph.count; n++) for (const m of successors(graph, n)) edges.push([m, n]);
  return digraph(graph.count, edges);
}

/** Every node reachable from the seeds, the seeds included. */
export function closure(graph: Digraph, seeds: Iterable<number>): Set<number> {
  const seen = new Set<number>(seeds);
  const stack = [...seen];
  while (stack.length > 0) {
    for (const m of successors(graph, stack.pop()!)) {
      if (seen.has(m)) continue;
      seen.add(m);
      stack.push(m);
    }
  }
  return seen;
}

export interface Components {
  /** The component's number per node; a component's number is higher than those it points to. */
  readonly of: Int32Array;
  /** Nodes per component. */
  readonly members: readonly (readonly number[])[];
}

/** Strongly connected components (Tarjan 1972, iterative), in reverse topological order. */
export function stronglyConnected(graph: Digraph): Components {
  const { count, offsets, targets } = graph;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const of = new Int32Array(count).fill(-1);
  const cursor = offsets.slice(0, count);
  const members: number[][] = [];
  const path: number[] = [];
  let clock = 0;
  const visit = (root: number): void => {
    const calls = [root];
    while (calls.length > 0) {
      const n = calls[calls.length - 1]!;
      if (index[n] === -1) {
        index[n] = low[n] = clock++;
        path.push(n);
      }
      if (cursor[n]! < offsets[n + 1]!) {
        const m = targets[cursor[n]!++]!;
        if (index[m] === -1) calls.push(m);
        else if (of[m] === -1) low[n] = Math.min(low[n]!, index[m]!);
        continue;
      }
      calls.pop();
      const parent = calls[calls.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[n]!);
      if (low[n] !== index[n]) continue;
      const group = path.splice(path.lastIndexOf(n)).sort((a, b) => a - b);
      for (const m of group) of[m] = members.length;
      members.push(group);
    }
  };
  for (let root = 0; root < count; root++) if (index[root] === -1) visit(root);
  return { of, members };
}

/** Cycles of more than one node; a node that points to itself is none. */
export function knots(graph: Digraph): readonly (readonly number[])[] {
  return stronglyConnected(graph).members.filter((group) => group.length > 1);
}

/**
 * The level of each node: 0 when it points to nothing outside its own cycle, else one more than the highest it points
 * to. The members of a cycle share a level.
 */
export function layers(graph: Digraph): Int32Array {
  const { of, members } = stronglyConnected(graph);
  const level = new Int32Array(members.length);
  members.forEach((group, c) => {
    for (const n of group)
      for (const m of successors(graph, n)) if (of[m] !== c) level[c] = Math.max(level[c]!, level[of[m]!]! + 1);
  });
  return Int32Array.from({ length: graph.count }, (_, n) => level[of[n]!]!);
}

/**
 * The transitive reduction of an acyclic graph: the fewest edges with the same reachability (Aho, Garey, Ullman 1972).
 * Cost: nodes × edges in the worst case; it walks only below each node's own targets.
 */
export function reduction(graph: Digraph): Digraph {
  const level = layers(graph);
  const edges: [number, number][] = [];
  for (let n = 0; n < graph.count; n++) {
    const wanted = [...new Set(successors(graph, n))].sort((a, b) => level[b]! - level[a]! || a - b);
    const covered = new Set<number>();
    const floor = wanted.reduce((least, m) => Math.min(least, level[m]!), Infinity);
    for (const m of wanted) {
      if (covered.has(m)) continue;
      edges.push([n, m]);
      markBelow(graph, m, level, floor, covered);
    }
  }
  return digraph(graph.count, edges);
}

function markBelow(graph: Digraph, from: number, level: Int32Array, floor: number, covered: Set<number>): void {
  const stack = [from];
  while (stack.length > 0) {
    for (const m of successors(graph, stack.pop()!)) {
      if (level[m]! < floor || covered.has(m)) continue;
      covered.add(m);
      stack.push(m);
    }
  }
}
