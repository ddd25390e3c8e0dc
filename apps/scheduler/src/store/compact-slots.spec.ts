import type { CapacityRow, Slot } from '../domain/state';
import { compactSlots } from './compact-slots';

const slot = (cascade: string, component: string, attempt = 1, more: Partial<Slot> = {}): Slot => ({
  rebuild: `${cascade}/rpm/${component}/1.1`,
  attempt,
  release: 'minidistro',
  cascade,
  ...more,
});
const row = (granted: readonly Slot[]): CapacityRow => ({
  id: 'build-system/koji',
  revision: 3,
  limit: 10,
  granted,
  breakdowns: 0,
  downSince: null,
  nextTry: null,
  problem: null,
});
const stored = (of: CapacityRow): object => JSON.parse(JSON.stringify(compactSlots.write(of))) as object;

describe('slots as they are kept', () => {
  it.each([
    ['none', []],
    ['of one cascade', [slot('c1', 'libstone'), slot('c1', 'with space', 12)]],
    ['of several, in any order', [slot('c1', 'a'), slot('c2', 'b'), slot('c1', 'c', 2)]],
    ['with a channel', [slot('c1', 'a'), slot('c1', 'b', 1, { channel: 'heavy' } as Partial<Slot>)]],
    ['of a rebuild with another name', [slot('c1', 'a'), slot('c1', 'b', 1, { rebuild: 'odd' }), slot('c1', 'c')]],
  ])('are read as they were written: %s', (_, granted) => {
    expect(compactSlots.read(stored(row(granted)))).toEqual(row(granted));
  });

  it('are read where they were written out, as they were before', () => {
    const old = row([slot('c1', 'a'), slot('c2', 'b', 2)]);
    expect(compactSlots.read(JSON.parse(JSON.stringify(old)) as object)).toEqual(old);
  });

  it('take little room', () => {
    const many = row(Array.from({ length: 1000 }, (_, n) => slot('c1-f4ca31', `p${n}`)));
    expect(JSON.stringify(stored(many)).length).toBeLessThan(20_000);
  });
});
