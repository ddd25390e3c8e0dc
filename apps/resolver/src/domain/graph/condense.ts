import type { Digraph } from '@millrace/kernel';

export interface Condensed {
  /** The group of each node; a group's number is higher than those it points to. */
  readonly of: Int32Array;
  readonly count: number;
  /** Nodes by group: `nodes[offsets[g] .. offsets[g+1]]`. */
  readonly offsets: Int32Array;
  readonly nodes: Int32Array;
}

/** Strongly connected groups in reverse topological order (Tarjan 1972, iterative), without an object per node. */
export function condense(graph: Digraph): Condensed {
  const { count } = graph;
  const of = new Int32Array(count).fill(-1);
  const nodes = new Int32Array(count);
  const ends = new Int32Array(count + 1);
  const walk = new Walk(graph, of, nodes, ends);
  for (let root = 0; root < count; root++) if (of[root] === -1) walk.from(root);
  return { of, count: walk.groups, offsets: ends.slice(0, walk.groups + 1), nodes };
}

class Walk {
  groups = 0;
  private readonly index: Int32Array;
  private readonly low: Int32Array;
  private readonly cursor: Int32Array;
  private readonly path: Int32Array;
  private readonly calls: Int32Array;
  private depth = 0;
  private clock = 1;
  private placed = 0;

  constructor(
    private readonly graph: Digraph,
    private readonly of: Int32Array,
    private readonly nodes: Int32Array,
    private readonly ends: Int32Array,
  ) {
    this.index = new Int32Array(graph.count);
    this.low = new Int32Array(graph.count);
    this.cursor = graph.offsets.slice(0, graph.count);
    this.path = new Int32Array(graph.count);
    this.calls = new Int32Array(graph.count + 1);
  }

  from(root: number): void {
    const { index, low, cursor, calls, of } = this;
    const { offsets, targets } = this.graph;
    let height = 0;
    calls[height++] = root;
    this.enter(root);
    while (height > 0) {
      const n = calls[height - 1]!;
      if (cursor[n]! < offsets[n + 1]!) {
        const m = targets[cursor[n]!++]!;
        if (index[m] === 0) {
          this.enter(m);
          calls[height++] = m;
        } else if (of[m] === -1 && index[m]! < low[n]!) low[n] = index[m]!;
        continue;
      }
      height--;
      if (height > 0 && low[n]! < low[calls[height - 1]!]!) low[calls[height - 1]!] = low[n]!;
      if (low[n] === index[n]) this.close(n);
    }
  }

  private enter(n: number): void {
    this.index[n] = this.low[n] = this.clock++;
    this.path[this.depth++] = n;
  }

  private close(n: number): void {
    let m: number;
    do {
      m = this.path[--this.depth]!;
      this.of[m] = this.groups;
      this.nodes[this.placed++] = m;
    } while (m !== n);
    this.ends[++this.groups] = this.placed;
  }
}
