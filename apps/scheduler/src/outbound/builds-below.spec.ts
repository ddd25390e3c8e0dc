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
});
