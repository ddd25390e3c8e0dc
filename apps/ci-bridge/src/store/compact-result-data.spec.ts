import { migrate, readersOn } from '@millrace/store';
import { openTestDatabase, testEngines } from '@millrace/testing';
import { term } from '../domain/state';
import { migrations } from './migrations';
import { tables } from './tables';

/** A result as it was stored before results had terms. */
const old = {
  id: '000000000001',
  revision: 1,
  number: 1,
  testcase: 'ci.run.functional',
  outcome: 'PASSED',
  submit_time: '2026-01-31T09:30:00.000000',
  occurred: '2026-01-31T09:30:00.000000',
  occurredUntil: '2026-01-31T09:30:00.000000',
  note: null,
  ref_url: null,
  groups: ['g-1'],
  data: { item: ['libmill-1.0-1.mr2'], type: ['koji_build'], moo: ['boo', 'woof'] },
  who: 'ada',
};

it.each(testEngines)('results that were stored before are found by their terms afterwards, on %s', async (kind) => {
  const { database, dispose } = await openTestDatabase(kind);
  const before = migrations.findIndex(({ name }) => name === 'Results by terms');
  await migrate(database, 'ci-bridge', migrations.slice(0, before));
  await database.transaction(async (tx) => {
    for (let n = 1; n <= 1201; n++) {
      const id = String(n).padStart(12, '0');
      await tx.change(
        'INSERT INTO ci_bridge_results (id, revision, updated_at, testcase, outcome, submit_time, doc) VALUES ($1, 1, $2, $3, $4, $5, $6)',
        [
          id,
          '',
          old.testcase,
          old.outcome,
          old.submit_time,
          JSON.stringify({ ...old, id, number: n, data: { ...old.data, n: [`${n}`] } }),
        ],
      );
    }
  });
  await migrate(database, 'ci-bridge', migrations);
  const { results } = readersOn(database.reader, 'ci-bridge', tables);
  const found = async (key: string, value: string): Promise<number> =>
    (await results.where({}, { terms: [[term(key, value)]] })).length;
  expect(await found('n', '1201')).toBe(1);
  expect(await found('moo', 'woof')).toBe(1201);
  expect(await found(':group', 'g-1')).toBe(1201);
  expect(await found('moo', 'other')).toBe(0);
  await dispose();
});
