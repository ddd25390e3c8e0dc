import { createClient } from '@millrace/admin-client';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { followImport, progressWords, reportLines } from './graph-import-report';

describe('the report of an import', () => {
  const counts = { components: 3, build_edges: 2 };
  const some = (total: number, ...examples: string[]) => ({ total, examples });

  it('has counts, what nothing satisfies with hints, duplicates, what was left out, and what changed', () => {
    const lines = reportLines({
      counts,
      unresolved: { runtime: some(5, 'rpm/a: so: nothing provides it', 'rpm/b: x: y', 'rpm/c: x: y', 'rpm/d: x: y') },
      problems: [],
      duplicates: some(1, 'a-1: there is a newer one'),
      left_out: some(1, 'perl:5.24: end of life'),
      changes: { added: 1, removed: 2, changed: 3, examples: ['+ rpm/x'], broken: some(1, 'rpm/a: so: gone') },
    });
    expect(lines).toEqual([
      ...['  components: 3', '  build edges: 2'],
      ...['  unresolved (runtime): 5', '    rpm/a: so: nothing provides it', '    rpm/b: x: y', '    rpm/c: x: y'],
      ...['    and 2 others', '  duplicates: 1', '    a-1: there is a newer one'],
      ...['  left out: 1', '    perl:5.24: end of life'],
      ...['  since the last snapshot: 1 added, 2 removed, 3 changed', '    + rpm/x'],
      ...['  broken since then: 1', '    rpm/a: so: gone'],
    ]);
  });

  it('says nothing of what there is nothing of', () => {
    expect(reportLines({ counts, unresolved: {}, problems: [], duplicates: some(0), changes: null })).toHaveLength(2);
  });
});

describe('an import that is followed', () => {
  it('is waited for while the resolver is started again', async () => {
    const status = { release: 'r', newest: null, importing: null, snapshots: [] };
    const last = { number: 1, text: 'nothing changed since r-i1', problem: null };
    const server = createServer((_, response) => void response.end(JSON.stringify({ ...status, last })));
    // Its port is its own for this test; it is left and taken again.
    const port = await new Promise<number>((told) => {
      server.listen(0, '127.0.0.1', () => told((server.address() as AddressInfo).port));
    });
    await new Promise((closed) => server.close(closed));
    const portBase = port - 1;
    const shown: unknown[] = [];
    const client = createClient({ portBase, token: 'x' });
    const context = { client, note: () => undefined, show: (value: unknown) => void shown.push(value) } as never;
    const followed = followImport(context, 'r', 1, null);
    // It asks in vain before there is anybody to answer.
    await sleep(50);
    server.listen(port, '127.0.0.1');
    await followed;
    server.close();
    expect(shown).toEqual([expect.objectContaining({ unchanged: true, text: last.text })]);
  });
});

describe('progress', () => {
  const importing = { number: 1, kind: 'rpm-md', since: 'x' };
  it.each([
    [{ importing: null }, '4 s: reading'],
    [{ importing: { ...importing, progress: { read: 5000, what: 'packages' } } }, '4 s: 5000 packages'],
    [{ importing: { ...importing, progress: { read: 0, what: 'putting it together' } } }, '4 s: putting it together'],
  ])('%j is "%s"', (status, words) => {
    expect(progressWords(status, 4)).toBe(words);
  });
});
