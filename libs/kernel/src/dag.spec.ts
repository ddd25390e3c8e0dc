import * as fc from 'fast-check';
import {
  closure,
  digraph,
  knots,
  layers,
  reduction,
  reversed,
  stronglyConnected,
  successors,
  type Digraph,
} from './dag';

type Edge = [number, number];
interface Drawn {
  readonly count: number;
  readonly edges: readonly Edge[];
}

const anyGraph: fc.Arbitrary<Drawn> = fc.integer({ min: 1, max: 12 }).chain((count) => {
  const node = fc.nat({ max: count - 1 });
  return fc.record({ count: fc.constant(count), edges: fc.array(fc.tuple(node, node), { maxLength: 40 }) });
});
/** Edges go from higher to lower numbers, and then the numbers are shuffled. */
const acyclic: fc.Arbitrary<Drawn> = anyGraph.chain(({ count, edges }) =>
  fc
    .shuffledSubarray(
      Array.from({ length: count }, (_, n) => n),
      { minLength: count, maxLength: count },
    )
    .map((names) => ({
      count,
      edges: edges.filter(([a, b]) => a !== b).map(([a, b]): Edge => [names[Math.max(a, b)]!, names[Math.min(a, b)]!]),
    })),
);

const built = ({ count, edges }: Drawn): Digraph => digraph(count, edges);
const edgesOf = (graph: Digraph): string[] =>
  Array.from({ length: graph.count }, (_, n) => [...successors(graph, n)].map((m) => `${n}>${m}`))
    .flat()
    .sort();

/** Which node reaches which, by at least one edge: Warshall's plain way, to hold the others against. */
function reachability({ count, edges }: Drawn): boolean[][] {
  const reach = Array.from({ length: count }, () => Array.from({ length: count }, () => false));
  for (const [a, b] of edges) reach[a]![b] = true;
  for (let k = 0; k < count; k++)
    for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) reach[i]![j] ||= reach[i]![k]! && reach[k]![j]!;
  return reach;
}

describe('a digraph', () => {
  it('has exactly the edges that it was made from, reversed twice too', () => {
    fc.assert(
      fc.property(anyGraph, (drawn) => {
        const wanted = drawn.edges.map(([a, b]) => `${a}>${b}`).sort();
        expect(edgesOf(built(drawn))).toEqual(wanted);
        expect(edgesOf(reversed(reversed(built(drawn))))).toEqual(wanted);
        expect(edgesOf(reversed(built(drawn)))).toEqual(drawn.edges.map(([a, b]) => `${b}>${a}`).sort());
      }),
    );
  });

  it('may be empty', () => {
    const none = digraph(0, []);
    expect([layers(none).length, knots(none), closure(none, []).size]).toEqual([0, [], 0]);
  });
});

describe('the closure', () => {
  it('is the seeds and what they reach', () => {
    fc.assert(
      fc.property(anyGraph, fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), (drawn, some) => {
        const seeds = some.filter((n) => n < drawn.count);
        const reach = reachability(drawn);
        const wanted = Array.from({ length: drawn.count }, (_, n) => n).filter(
          (n) => seeds.includes(n) || seeds.some((s) => reach[s]![n]),
        );
        expect([...closure(built(drawn), seeds)].sort((a, b) => a - b)).toEqual(wanted);
      }),
    );
  });
});

describe('strong components', () => {
  it('join exactly the nodes that reach each other', () => {
    fc.assert(
      fc.property(anyGraph, (drawn) => {
        const { of, members } = stronglyConnected(built(drawn));
        const reach = reachability(drawn);
        for (let a = 0; a < drawn.count; a++)
          for (let b = 0; b < drawn.count; b++)
            expect(of[a] === of[b]).toBe(a === b || (reach[a]![b]! && reach[b]![a]!));
        expect(members.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: drawn.count }, (_, n) => n));
        members.forEach((group, c) => group.forEach((n) => expect(of[n]).toBe(c)));
      }),
    );
  });

  it('are numbered above those that they point to', () => {
    fc.assert(
      fc.property(anyGraph, (drawn) => {
        const { of } = stronglyConnected(built(drawn));
        for (const [a, b] of drawn.edges) expect(of[a]!).toBeGreaterThanOrEqual(of[b]!);
      }),
    );
  });

  it('are knots when they have more than one node', () => {
    expect(
      knots(
        digraph(5, [
          [0, 1],
          [1, 0],
          [2, 2],
          [3, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([[0, 1]]);
    fc.assert(fc.property(acyclic, (drawn) => knots(built(drawn)).length === 0));
  });
});

describe('layers', () => {
  it('put every node just above the highest that it points to; the members of a knot share one', () => {
    fc.assert(
      fc.property(anyGraph, (drawn) => {
        const graph = built(drawn);
        const level = layers(graph);
        const { of, members } = stronglyConnected(graph);
        members.forEach((group, c) => {
          const below = group.flatMap((n) => [...successors(graph, n)]).filter((m) => of[m] !== c);
          const wanted = below.length === 0 ? 0 : Math.max(...below.map((m) => level[m]!)) + 1;
          for (const n of group) expect(level[n]).toBe(wanted);
        });
      }),
    );
  });

  it('number a chain from its end', () => {
    expect([
      ...layers(
        digraph(3, [
          [0, 1],
          [1, 2],
        ]),
      ),
    ]).toEqual([2, 1, 0]);
  });
});

describe('the transitive reduction', () => {
  const reducedEdges = (drawn: Drawn): Edge[] =>
    edgesOf(reduction(built(drawn))).map((text) => text.split('>').map(Number) as Edge);

  it('reaches what the graph reached', () => {
    fc.assert(
      fc.property(acyclic, (drawn) => {
        expect(reachability({ count: drawn.count, edges: reducedEdges(drawn) })).toEqual(reachability(drawn));
      }),
    );
  });

  it('has no edge too many, and none that was not there', () => {
    fc.assert(
      fc.property(acyclic, (drawn) => {
        const edges = reducedEdges(drawn);
        const had = new Set(edgesOf(built(drawn)));
        edges.forEach((edge, n) => {
          const without = edges.filter((_, other) => other !== n);
          expect(had).toContain(edge.join('>'));
          expect(reachability({ count: drawn.count, edges: without })[edge[0]]![edge[1]]).toBe(false);
        });
      }),
    );
  });

  it('drops the short cut of a triangle, and doubles', () => {
    expect(
      edgesOf(
        reduction(
          digraph(3, [
            [0, 1],
            [0, 1],
            [1, 2],
            [0, 2],
          ]),
        ),
      ),
    ).toEqual(['0>1', '1>2']);
  });
});

describe('a graph as large as a distribution', () => {
  it('is no problem: nothing here recurses', () => {
    const count = 50_000;
    const chain = digraph(
      count,
      Array.from({ length: count - 1 }, (_, n): Edge => [n, n + 1]),
    );
    expect(layers(chain)[0]).toBe(count - 1);
    expect(closure(chain, [0]).size).toBe(count);
    expect(reduction(chain).targets).toHaveLength(count - 1);
    const ring = digraph(
      count,
      Array.from({ length: count }, (_, n): Edge => [n, (n + 1) % count]),
    );
    expect(knots(ring)[0]).toHaveLength(count);
  });
});
