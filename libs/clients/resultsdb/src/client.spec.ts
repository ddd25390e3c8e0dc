import { serve } from '@millrace/testing/http';
import { readFileSync } from 'node:fs';
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
  const server = await serve((_, response) => void response.end(text));
  const client = resultsDbClient(server);
  await expect(client.since('2026-01-01', 0, 1)).rejects.toMatchObject({ kind: 'unavailable' });
  await server.stop();
});

it('reads a result as the original shows it', () => {
  const text = readFileSync(join(__dirname, 'fixtures/result.json'), 'utf8');
  expect(storedResult.parse(JSON.parse(text))).toMatchObject({ id: 44012345, submit_time: '2026-01-31T09:40:00' });
});
