import fc from 'fast-check';
import { eventually, openTestStore, schemaDrift, testEngines, type TestStore } from '@millrace/testing';
import { emptyCatalogue } from '../domain/catalogue';
import type { Input } from '../domain/input';
import { reviewPage } from '../domain/review';
import { term } from '../domain/state';
import { machine } from '../machine';
import { Bridge, at, defined, nvr, release, result, twoTests, wanted } from '../domain/test-bridge';
import { migrations } from './migrations';
import { tables, type BridgeTables } from './tables';

const run = 'ci.run.functional';
const install = 'ci.install.functional';
const other = 'libstone-2.0-1.mr1';

const asksOther = wanted({
  subject: { type: 'koji_build', id: `${other}@b-7`, aliases: [other] },
  component: 'rpm/libstone',
  build: 'b-7',
});
const newer = 'libmill-1.1-1.mr1';
const asksNewer = wanted({
  subject: { type: 'koji_build', id: newer, aliases: [] },
  build: 'b-8',
  since: '2026-01-31T09:29:10.000Z',
});
const checks = [{ test: install, outcome: 'PASSED' as const, note: 'told with the question' }];
const asksStack = wanted({
  subject: { type: 'koji-build-group', id: 'mill@0123456789ab', aliases: [] },
  component: 'stack/mill',
  build: 'stack-1',
  group: [
    { component: 'rpm/libmill', nvr },
    { component: 'rpm/libstone', nvr: other },
  ],
});

describe.each(testEngines)('the bridge on %s', (kind) => {
  let store: TestStore<BridgeTables, Input>;
  beforeEach(async () => {
    store = await openTestStore(machine, migrations, kind, () => Date.parse(at));
  });
  afterEach(() => store.dispose());

  it('has the columns and indexes that its tables name', async () => {
    expect(await schemaDrift(store.database, 'ci-bridge', tables)).toEqual([]);
  });

  it('finds parked questions when their release appears', async () => {
    const taken = await store.engine.take(wanted(), { id: 'q', source: 's', who: 'scheduler' });
    expect(taken.status).toBe('parked');
    await store.take(defined());
    await store.engine.retryParked();
    await store.take(result({ test: install }));
    expect((await store.read.verdicts.where({ subject: nvr }))[0]!.answer.reasons[0]!.state).toBe('passed');
  });

  it('keeps values that are too long for an index, and still finds results by them', async () => {
    const long = 'x'.repeat(4000);
    await store.take(result({ data: { log: [long] } }));
    const [row] = await store.read.results.where({ testcase: install });
    expect(row!.data['log']).toEqual([long]);
    const found = await store.read.results.where({}, { terms: [[term('log', long)]] });
    expect(found.map(({ id }) => id)).toEqual([row!.id]);
    expect(await store.read.results.where({}, { terms: [[term('log', 'x')]] })).toEqual([]);
  });

  it('loads enough: it decides like the pure decider that sees everything', async () => {
    const pool = [
      ...[wanted(), asksOther, asksStack, wanted({ checks })],
      result({ test: install, source: 's-1' }),
      result({ test: run, outcome: 'FAILED', source: 's-2' }),
      result({ test: run, source: 's-3', when: '2026-01-31T09:29:50Z' }),
      result({ test: install, source: 's-4', data: { item: [other] } }),
      result({ test: run, outcome: 'FAILED', source: 's-5', data: { item: [other] } }),
      result({ test: install, outcome: 'FAILED', source: 's-6', data: { item: [`${other}@b-7`] } }),
      { type: 'waive', subject: other, test: run, comment: 'known' } satisfies Input,
      { type: 'waive', subject: nvr, test: run, comment: 'all of it', scope: 'cascade' } satisfies Input,
      { type: 'waive', subject: nvr, test: install, comment: 'as ever', scope: 'component' } satisfies Input,
      asksNewer,
      result({ test: install, outcome: 'FAILED', source: 's-7', data: { item: [newer] } }),
      result({ test: run, outcome: 'FAILED', source: 's-8', data: { item: [newer] } }),
      { type: 'policies-read', catalogue: emptyCatalogue, digest: 'd' } satisfies Input,
      {
        ...{ type: 'group-wanted', release: 'minidistro', context: 'millrace_rebuild' },
        builds: [nvr, newer],
      } satisfies Input,
    ];
    const order = fc.shuffledSubarray(pool, { minLength: 4 });
    await fc.assert(
      fc.asyncProperty(order, async (inputs) => {
        const fresh = await openTestStore(machine, migrations, kind, () => Date.parse(at));
        const bridge = new Bridge();
        for (const input of [defined(), ...inputs]) {
          const expected = attempt(() => bridge.take(input));
          const found = await fresh.take(input).then(
            () => true,
            () => false,
          );
          expect(found).toBe(expected);
        }
        const rows = await fresh.read.verdicts.where({});
        expect(rows.map(({ id, answer, said }) => ({ id, answer, said }))).toEqual(
          [...bridge.state.verdicts.values()]
            .map(({ id, answer, said }) => ({ id, answer, said }))
            .sort((a, b) => (a.id < b.id ? -1 : 1)),
        );
        await fresh.dispose();
      }),
      { numRuns: 20 },
    );
  });

  it('looks at every verdict again when the policy changes, however many there are', async () => {
    await store.take(defined(release([{ id: 'rpms', rules: [{ test: install }] }])));
    const names = Array.from({ length: reviewPage + 3 }, (_, n) => `lib${n}-1-1`);
    await Promise.all(
      names.flatMap((id) => [
        store.take(wanted({ subject: { type: 'koji_build', id, aliases: [] }, build: id, component: `rpm/${id}` })),
        store.take(result({ test: install, data: { item: [id] } })),
      ]),
    );
    expect(await store.read.verdicts.count({ decision: 'passed' })).toBe(names.length);
    await store.take(defined(twoTests, 2));
    await eventually(
      async () => (await store.read.verdicts.count({ decision: 'pending' })) === names.length,
      'all turn',
    );
  });

  it("finds a build's groups by another name than the one that a result gives", async () => {
    for (const input of [defined(), asksOther, asksStack]) await store.take(input);
    await store.take(result({ test: run, outcome: 'FAILED', data: { item: [`${other}@b-7`] } }));
    const [stack] = await store.read.verdicts.where({ component: 'stack/mill' });
    expect(stack!.answer.decision).toBe('failed');
  });

  it('takes a batch of results about one build as well as one by one', async () => {
    await store.take(defined());
    const inputs = [wanted(), ...Array.from({ length: 40 }, (_, n) => result({ test: n % 2 ? run : install }))];
    await Promise.all(inputs.map((input) => store.take(input)));
    const [verdict] = await store.read.verdicts.where({ subject: nvr });
    expect(verdict!.answer.decision).toBe('passed');
    const numbers = (await store.read.results.where({})).map((row) => row.number);
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });
});

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
