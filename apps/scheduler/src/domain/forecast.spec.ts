import * as fc from 'fast-check';
import { forecast } from './forecast';
import { placed } from './paths';

const plan = (graph: Readonly<Record<string, readonly string[]>>, times: Readonly<Record<string, number>>) => {
  const tierOf = (one: string): number => Math.max(-1, ...graph[one]!.map(tierOf)) + 1;
  const rebuilds = Object.keys(graph).map((component) => ({
    ...{ component, pass: 1, tier: tierOf(component) },
    needs: graph[component]!.map((need) => ({ component: need, pass: 1 })),
  }));
  return placed(rebuilds, (component) => times[component]!);
};

describe('a forecast', () => {
  const graph = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] };
  const times = { a: 10, b: 20, c: 5, d: 1 };

  it('names the longest chain, and needs no longer with builders enough', () => {
    expect(forecast(plan(graph, times), 8)).toEqual({ work: 36, critical: 31, finish: 31, chain: ['a', 'b', 'd'] });
  });

  it('with one builder everything is done one after another', () => {
    expect(forecast(plan(graph, times), 1)).toMatchObject({ finish: 36 });
  });

  it('of nothing is nothing', () => {
    expect(forecast([], 4)).toEqual({ work: 0, critical: 0, finish: 0, chain: [] });
  });

  it('lies between the bounds of any list schedule', () => {
    const graphs = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(), { maxLength: 3 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 6 }), (nodes, slots) => {
        const names = nodes.map((_, n) => `n${n}`);
        const needs = nodes.map(([, picks], n) => (n === 0 ? [] : [...new Set(picks.map((pick) => names[pick % n]!))]));
        const made = plan(
          Object.fromEntries(names.map((name, n) => [name, needs[n]!])),
          Object.fromEntries(names.map((name, n) => [name, nodes[n]![0]])),
        );
        const { work, critical, finish } = forecast(made, slots);
        expect(finish).toBeGreaterThanOrEqual(Math.max(critical, work / slots));
        expect(finish).toBeLessThanOrEqual(work / slots + critical * (1 - 1 / slots) + 1e-6);
      }),
    );
  });
});
