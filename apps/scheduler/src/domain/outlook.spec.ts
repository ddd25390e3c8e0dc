import { outlook, type OutlookRow } from './outlook';

const at = '2026-01-01T00:10:00.000Z';
const minute = 60_000;

function row(id: string, needs: readonly string[], more: Partial<OutlookRow> = {}): OutlookRow {
  return {
    ...{ id, needs, open: needs, state: 'waiting', held: false, doubtful: false, fresh: false },
    ...{ expected: 10 * minute, path: 10 * minute, priority: 0, startedAt: null },
    ...more,
  };
}

describe('how the rest of a cascade goes on', () => {
  it('what runs takes the rest of its time, what is free waits for a slot in the order of the paths', () => {
    const rows = [
      row('a', [], { state: 'building', startedAt: '2026-01-01T00:06:00.000Z' }),
      row('b', ['a'], { path: 30 * minute }),
      row('c', ['a'], { path: 10 * minute }),
      row('d', ['b'], { path: 20 * minute }),
    ];
    const { start, end, last, chain, stuck } = outlook(rows, { slots: 1, gate: 0 }, at);
    expect(['a', 'b', 'd', 'c'].map(start)).toEqual([null, 6 * minute, 16 * minute, 26 * minute]);
    expect([end('a'), last, stuck]).toEqual([6 * minute, 36 * minute, 0]);
    expect(chain).toEqual(['a', 'c']);
    expect(outlook(rows, { slots: 2, gate: minute }, at)).toMatchObject({ last: 29 * minute, chain: ['a', 'b', 'd'] });
  });

  it('leaves out what waits for a person, and all that needs it', () => {
    const rows = [
      row('a', [], { state: 'failed' }),
      row('b', ['a']),
      row('c', [], { held: true }),
      row('d', []),
      row('e', [], { state: 'validated' }),
      row('f', ['e'], { open: [] }),
    ];
    expect(outlook(rows, { slots: 4, gate: 0 }, at)).toMatchObject({ last: 10 * minute, stuck: 3, chain: ['d'] });
    expect(outlook(rows.slice(0, 3), { slots: 4, gate: 0 }, at)).toMatchObject({ last: null, chain: [], stuck: 3 });
  });

  it('goes through a whole archive', () => {
    const rows = Array.from({ length: 34_000 }, (_, n) =>
      row(`r${n}`, n < 100 ? [] : [1, 7, 31, 64, 90, 99, 100].map((k) => `r${n - k}`), { path: (34_000 - n) * 1000 }),
    );
    const { end, stuck, chain } = outlook(rows, { slots: 256, gate: 0 }, at);
    expect(rows.filter((one) => end(one.id) === null)).toEqual([]);
    expect([stuck, chain.at(-1)]).toEqual([0, 'r33999']);
  });
});
