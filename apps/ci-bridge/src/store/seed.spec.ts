import { openTestStore } from '@millrace/testing';
import { machine } from '../machine';
import { migrations } from './migrations';
import { seedResults, seededItem, testcasesOf } from './seed';

it('seeds results as if they had been reported, so that the next one goes on from them', async () => {
  const store = await openTestStore(machine, migrations);
  const seed = { results: 60, items: 3, testcases: 40, at: '2026-01-31T09:30:00.000Z' };
  await seedResults(store.database, seed);
  expect(await store.read.results.count({})).toBe(60);
  // The names that tools/bench asks for.
  expect(seededItem(5001)).toBe('component1-1.1-1.fc45');
  const second = await store.read.results.where({}, { terms: [[`item\n${seededItem(1)}`]] });
  expect(second.map(({ testcase }) => testcase)).toEqual(testcasesOf(seed, 1));
  expect(testcasesOf(seed, 1)[0]).toBe('seed.suite-20.functional');
  await store.take({ type: 'testcase-posted', name: 'seed.suite-0.functional' });
  expect((await store.read.counters.get('results'))!.next).toBe(61);
  await store.dispose();
});
