import { moment, type Moment } from '@millrace/kernel';
import { Session, byId, tablePrefix, type Database } from '@millrace/store';
import { stampAfter, stampOf, type Stamp } from '../domain/stamp';
import { emptyState, numberId, type CounterRow, type ResultRow, type TestcaseRow } from '../domain/state';
import { tables } from './tables';

export interface Seed {
  readonly results: number;
  readonly items: number;
  readonly testcases: number;
  /** When the newest result was submitted. */
  readonly at: Moment;
}

const slice = 5000;

/** Fills an empty store in bulk, as if that many results had been reported one after another, eight data keys each. */
export async function seedResults(database: Database, seed: Seed): Promise<void> {
  const start = stampOf(moment(Date.parse(seed.at) - seed.results * 1000));
  for (let first = 1; first <= seed.results; first += slice) {
    const count = Math.min(slice, seed.results - first + 1);
    const results = Array.from({ length: count }, (_, n) => seededResult(seed, first + n, start));
    await save(database, seed.at, { ...emptyState, results: byId(results) });
  }
  const testcases = Array.from({ length: seed.testcases }, (_, n) => seededTestcase(n));
  const counter: CounterRow = {
    id: 'results',
    revision: 0,
    next: seed.results + 1,
    last: stampAfter(start, seed.results * 1_000_000),
  };
  await save(database, seed.at, { ...emptyState, testcases: byId(testcases), counters: byId(counter) });
}

export function seededItem(number: number): string {
  return `component${number % 5000}-1.${Math.floor(number / 5000)}-1.fc45`;
}

/** Names of the test cases that an item's results are of. */
export function testcasesOf(seed: Pick<Seed, 'results' | 'items' | 'testcases'>, item: number): readonly string[] {
  const each = Math.max(1, Math.floor(seed.results / seed.items));
  return Array.from({ length: each }, (_, n) => seededTestcase((item * each + n) % seed.testcases).id);
}

async function save(database: Database, at: Moment, state: typeof emptyState): Promise<void> {
  await database.transaction(async (tx) => {
    const session = new Session(tx, tablePrefix('ci-bridge'), tables, at);
    session.apply(emptyState, state);
    await session.flush();
  });
}

function seededTestcase(number: number): TestcaseRow {
  return { id: `seed.suite-${number}.functional`, revision: 0, ref_url: `https://ci.example.org/docs/${number}` };
}

const architectures = ['x86_64', 'aarch64', 'ppc64le', 's390x'];

function seededResult(seed: Seed, number: number, start: Stamp): ResultRow {
  const each = Math.max(1, Math.floor(seed.results / seed.items));
  const item = Math.floor((number - 1) / each) % seed.items;
  const submit_time = stampAfter(start, number * 1_000_000);
  return {
    id: numberId(number),
    revision: 0,
    number,
    testcase: seededTestcase((number - 1) % seed.testcases).id,
    outcome: number % 50 === 0 ? 'FAILED' : 'PASSED',
    submit_time,
    occurred: submit_time,
    occurredUntil: submit_time,
    note: null,
    ref_url: `https://ci.example.org/runs/${number}`,
    groups: [],
    data: {
      item: [seededItem(item)],
      type: ['koji_build'],
      component: [`component${item % 5000}`],
      brew_task_id: [String(100_000_000 + item)],
      system_architecture: [architectures[0]!],
      scenario: [`scenario-${number % 3}`],
      ci_name: ['seeded'],
      category: ['functional'],
    },
    who: 'seed',
  };
}
