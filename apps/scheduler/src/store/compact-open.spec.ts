import type { RebuildRow } from '../domain/state';
import { compactOpen, openAside } from './compact-open';

const needs = ['c1/rpm/zlib/1.1', 'c1/rpm/perl/1.1', 'c1/rpm/perl/1.2'];
const rowOf = (open: readonly string[]): RebuildRow =>
  ({ id: 'c1/rpm/git/1.1', revision: 3, needs, open, because: 'it waits' }) as unknown as RebuildRow;
const stored = (row: RebuildRow): object => JSON.parse(JSON.stringify(compactOpen.write(row))) as object;

describe('the open needs of a rebuild, as they are kept', () => {
  it.each([[[]], [needs], [[needs[2]!, needs[0]!]], [['c1/rpm/gone/1.1', needs[1]!]]])(
    'are read as they were: %j',
    (open) => {
      expect(compactOpen.read(stored(rowOf(open)))).toEqual(rowOf(open));
    },
  );

  it('are read as an earlier program wrote them', () => {
    const row = rowOf([needs[1]!]);
    expect(compactOpen.read(JSON.parse(JSON.stringify(row)) as object)).toEqual(row);
  });

  it('are places in the list of its needs, aside too', () => {
    expect(stored(rowOf([needs[1]!, 'c1/rpm/gone/1.1']))).toMatchObject({ needs, open: [1, 'c1/rpm/gone/1.1'] });
    expect(openAside(rowOf([needs[2]!]))).toEqual({ open: [2], because: 'it waits' });
  });
});
