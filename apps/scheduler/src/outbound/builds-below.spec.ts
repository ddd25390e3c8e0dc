import type { RebuildRow } from '../domain/state';
import { BuildsBelow } from './builds-below';

/** d needs b and c, both need a; c was skipped. */
const rows: Readonly<Record<string, Pick<RebuildRow, 'id' | 'needs' | 'state' | 'build'>>> = {
  a: { id: 'a', needs: [], state: 'validated', build: 'build-a' },
  b: { id: 'b', needs: ['a'], state: 'validated', build: 'build-b' },
  c: { id: 'c', needs: ['a'], state: 'skipped', build: null },
};
const top = { needs: ['b', 'c'] };

describe('builds below a rebuild', () => {
  const readerOf = (asked: string[]) => ({
    getMany: (ids: readonly string[]) => {
      asked.push(...ids);
      return Promise.resolve(ids.map((id) => rows[id]) as RebuildRow[]);
    },
  });

  it('are all validated ones, through those that were skipped', async () => {
    expect(await new BuildsBelow(readerOf([])).of(top)).toEqual(['build-a', 'build-b']);
  });

  it('are read once when they are validated, and again when they may still change', async () => {
    const asked: string[] = [];
    const below = new BuildsBelow(readerOf(asked));
    await below.of(top);
    asked.length = 0;
    expect(await below.of(top)).toEqual(['build-a', 'build-b']);
    expect(asked).toEqual(['c']);
  });

  it('are complete however few are kept', async () => {
    const below = new BuildsBelow(readerOf([]), 1);
    expect(await below.of(top)).toEqual(['build-a', 'build-b']);
    expect(await below.of({ needs: ['a', 'b'] })).toEqual(['build-a', 'build-b']);
  });

  it('are the same as by walking, in a large graph, whatever is kept', async () => {
    const graph = new Map<string, Below>();
    let drawn = 7;
    const draw = (most: number): number => (drawn = (drawn * 48_271) % 2_147_483_647) % most;
    for (let n = 0; n < 400; n++) {
      const needs = n === 0 ? [] : [...new Set([0, 1, 2].map(() => `r${Math.max(0, n - 1 - draw(30))}`))];
      const passive = draw(10) === 0;
      graph.set(`r${n}`, {
        id: `r${n}`,
        needs,
        state: passive ? 'skipped' : 'validated',
        build: passive ? null : `b${draw(1_000_000)}-${n}`,
      });
    }
    const reader = {
      getMany: (ids: readonly string[]) => Promise.resolve(ids.map((id) => graph.get(id)) as RebuildRow[]),
    };
    for (const most of [1, 20, 4000]) {
      const below = new BuildsBelow(reader, most);
      for (const row of graph.values()) expect(await below.of(row)).toEqual(walk(graph, row));
    }
  });
});

type Below = Pick<RebuildRow, 'id' | 'needs' | 'state' | 'build'>;

function walk(graph: ReadonlyMap<string, Below>, top: Below): string[] {
  const found = new Set<string>();
  const next = [...top.needs];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    next.push(...graph.get(id)!.needs);
  }
  return [...found].flatMap((id) => graph.get(id)!.build ?? []).sort();
}
