import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectToWaiverDb } from './client';
import { startFakeWaiverDb, type FakeWaiverDb } from './fake';
import { waivers } from './schema';

let fake: FakeWaiverDb;
beforeEach(async () => (fake = await startFakeWaiverDb()));
afterEach(() => fake.stop());

const about = { subject_identifier: 'a-1-1', product_version: 'f43' };

it('reads waivers as they were seen', () => {
  const seen: unknown = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'filtered.json'), 'utf8'));
  expect(waivers.parse(seen).data).toMatchObject([{ id: 256, proxied_by: 'bodhi@service' }]);
});

it('asks for waivers, without those that newer ones replace', async () => {
  fake.has({ ...about, testcase: 't' });
  fake.has({ ...about, testcase: 't', waived: false });
  fake.has({ ...about, testcase: 'u' });
  const found = await connectToWaiverDb({ url: fake.url }).filtered([about]);
  expect(found.map(({ testcase, waived }) => [testcase, waived])).toEqual([
    ['u', true],
    ['t', false],
  ]);
});

it('says when it is away', async () => {
  const waiverdb = connectToWaiverDb({ url: fake.url, timeoutMs: 2000 });
  fake.fails(503);
  await expect(waiverdb.filtered([about])).rejects.toMatchObject({ code: 'waiverdb-away', kind: 'unavailable' });
  await fake.stop();
  await expect(waiverdb.filtered([about])).rejects.toMatchObject({ code: 'waiverdb-away' });
});
