import { digraph, knots as cyclesOf } from '@millrace/kernel';
import fc from 'fast-check';
import { bitsOf, BitRows } from './graph/bits';
import { planKnot, type KnotPlan } from './knots';

const edges = (pairs: readonly (readonly [number, number])[], count: number): Map<number, Set<number>> => {
  const map = new Map(Array.from({ length: count }, (_, n) => [n, new Set<number>()]));
  for (const [from, to] of pairs) if (from !== to) map.get(from)!.add(to);
  return map;
};

type Needs = ReadonlyMap<number, ReadonlySet<number>>;

function planFor(members: readonly number[], needs: Needs, recipes: Needs): KnotPlan {
  const rows = new BitRows(members.length, members.length);
  for (const [from, tos] of needs) for (const to of tos) rows.add(from, to);
  return planKnot(members, rows, new Map([...recipes].map(([from, tos]) => [from, bitsOf(members.length, tos)])));
}

describe('opening a knot', () => {
  const graph = fc.integer({ min: 2, max: 9 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      pairs: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 25 }),
      able: fc.uniqueArray(fc.nat(count - 1)),
      kept: fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
    }),
  );

  it('always leaves an order, and ignores no more than it must', () => {
    fc.assert(
      fc.property(graph, ({ count, pairs, able, kept }) => {
        const members = Array.from({ length: count }, (_, n) => n);
        const needs = edges(pairs, count);
        const all = edges(
          pairs.filter((_, n) => kept[n]),
          count,
        );
        const recipes = new Map(able.map((m) => [m, all.get(m)!]));
        const plan = planFor(members, needs, recipes);
        const isCut = (from: number, to: number): boolean => plan.cut.some(([a, b]) => a === from && b === to);
        const left = members.flatMap((m) =>
          [...(plan.bootstrapped.has(m) ? recipes.get(m)! : needs.get(m)!)]
            .filter((n) => !isCut(m, n))
            .map((n) => [m, n] as const),
        );
        expect(cyclesOf(digraph(count, left))).toEqual([]);
        for (const arc of plan.cut) expect(cyclesOf(digraph(count, [...left, arc]))).not.toEqual([]);
        if (plan.cut.length > 0) return;
        for (const m of plan.bootstrapped) {
          const fewer = members.flatMap((k) =>
            [...(plan.bootstrapped.has(k) && k !== m ? recipes.get(k)! : needs.get(k)!)].map((n) => [k, n] as const),
          );
          expect(cyclesOf(digraph(count, fewer))).not.toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is quick for knots of thousands', () => {
    const count = 3000;
    const pairs = Array.from(
      { length: count },
      (_, n) =>
        [
          [n, (n + 1) % count],
          [n, (n * 7) % count],
        ] as const,
    ).flat();
    const plan = planFor(
      Array.from({ length: count }, (_, n) => n),
      edges(pairs, count),
      new Map(),
    );
    const left = pairs.filter(([a, b]) => a !== b && !plan.cut.some(([c, d]) => a === c && b === d));
    expect(cyclesOf(digraph(count, left))).toEqual([]);
  });
});
