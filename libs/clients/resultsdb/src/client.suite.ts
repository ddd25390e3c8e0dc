import { resultsDbClient } from './client';
import type { NewResult } from './schema';

/** What a ResultsDB must do for this client; run on the fake, and on every other that can be had. */
export function resultsDbSuite(name: string, open: () => Promise<{ url: string; close(): Promise<void> }>): void {
  describe(`the client of ResultsDB, on ${name}`, () => {
    let server: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      server = await open();
    });
    afterEach(() => server.close());

    const result = (item: string, submit_time?: string): NewResult => ({
      outcome: 'PASSED',
      testcase: { name: 'ci.install.functional' },
      note: 'a note',
      ref_url: 'https://ci.example.org/1',
      groups: [{ uuid: '3ce5f6d7-ce34-489b-ab61-325ce634eab5' }],
      data: { item: [item], type: ['koji_build'], arch: ['x86_64', 'noarch'] },
      ...(submit_time === undefined ? {} : { submit_time }),
    });

    it('posts a result once, and finds it', async () => {
      const client = resultsDbClient(server);
      const posted = await client.postOnce(result('a-1-1'), 'key-1');
      expect(posted).toMatchObject({
        testcase: { name: 'ci.install.functional' },
        outcome: 'PASSED',
        groups: ['3ce5f6d7-ce34-489b-ab61-325ce634eab5'],
        data: { item: ['a-1-1'], arch: ['x86_64', 'noarch'], millrace_result: ['key-1'] },
      });
      expect((await client.postOnce(result('a-1-1'), 'key-1')).id).toBe(posted.id);
      expect((await client.postOnce(result('a-1-1'), 'key-2')).id).not.toBe(posted.id);
      expect((await client.newestWith('millrace_result', 'key-2'))!.data['item']).toEqual(['a-1-1']);
      expect(await client.newestWith('millrace_result', 'key-3')).toBeNull();
    });

    it('finds results by a value, with commas too, newest first, and hands questions on', async () => {
      const client = resultsDbClient(server);
      for (const item of ['a-1-1', 'a-1-1,draft_7', 'a-1-1', 'b-1-1'])
        await client.postOnce(result(item), item.replace(',', '/'));
      const found = async (value: string) => (await client.allWith('item', value, 100)).map(({ data }) => data['item']);
      expect(await found('a-1-1,draft_7')).toEqual([['a-1-1,draft_7']]);
      expect(await found('a-1-1')).toEqual([['a-1-1']]);
      expect(await found('c-1-1')).toEqual([]);
      const { status, body } = await client.raw('/results?item=b-1-1');
      expect([status, (body as { data: object[] }).data.length]).toEqual([200, 1]);
      expect((await client.raw('/nothing')).status).toBe(404);
    });

    it('reads what was submitted since a time, oldest first, page by page', async () => {
      const client = resultsDbClient(server);
      for (const [n, day] of ['03', '01', '02'].entries())
        await client.postOnce(result(`a-1-${day}`, `2026-01-${day}T10:00:00.000001`), `k${n}`);
      const items = async (since: string, page: number): Promise<unknown> => {
        const { results, more } = await client.since(since, page, 2);
        return [results.map(({ data }) => data['item']![0]), more];
      };
      expect(await items('2026-01-01T00:00:00.000000', 0)).toEqual([['a-1-01', 'a-1-02'], true]);
      expect(await items('2026-01-01T00:00:00.000000', 1)).toEqual([['a-1-03'], false]);
      expect(await items('2026-01-02T10:00:00.000001', 0)).toEqual([['a-1-02', 'a-1-03'], false]);
      expect(await items('2027-01-01T00:00:00.000000', 0)).toEqual([[], false]);
    });

    it('tells a refusal for good from a server that is away', async () => {
      const client = resultsDbClient(server);
      const wrong = { ...result('a-1-1'), testcase: undefined as never };
      await expect(client.postOnce(wrong, 'k')).rejects.toMatchObject({ kind: 'invalid' });
      const nowhere = resultsDbClient({ url: 'http://127.0.0.1:9/api/v2.0' });
      await expect(nowhere.newestWith('item', 'a')).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
}
