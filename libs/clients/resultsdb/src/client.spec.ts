import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { resultsDbClient } from './client';
import { resultsDbSuite } from './client.suite';
import { startFakeResultsDb } from './fake';
import { storedResult } from './schema';

resultsDbSuite('the fake', startFakeResultsDb);

const result = { outcome: 'PASSED', testcase: { name: 't' }, groups: [], data: { item: ['a-1-1'] } };

it('posts no second time when the first answer was lost', async () => {
  const fake = await startFakeResultsDb();
  const client = resultsDbClient(fake);
  fake.fail(1, 502, 'after');
  await expect(client.postOnce(result, 'k')).rejects.toMatchObject({ kind: 'unavailable' });
  expect((await client.postOnce(result, 'k')).id).toBe(1);
  expect(fake.results).toHaveLength(1);
  await fake.close();
});

it.each(['<html/>', '{"data":[{"id":"x"}]}', '[]'])('takes %j for no answer', async (text) => {
  const server = createServer((_, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = resultsDbClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  await expect(client.since('2026-01-01', 0, 1)).rejects.toMatchObject({ kind: 'unavailable' });
  server.close();
});

it('reads a result as the original shows it', () => {
  const text = readFileSync(join(__dirname, 'fixtures/result.json'), 'utf8');
  expect(storedResult.parse(JSON.parse(text))).toMatchObject({ id: 44012345, submit_time: '2026-01-31T09:40:00' });
});
