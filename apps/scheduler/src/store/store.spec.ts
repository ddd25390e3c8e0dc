import { openTestStore, schemaDrift, testEngines } from '@millrace/testing';
import { releaseDefinition } from '@millrace/contracts';
import { machine } from './machine';
import { migrations } from './migrations';
import { tables } from './tables';
import { definitionOf, endedBuild, impactOf, planOf, verdict } from './testing/outside';

describe.each(testEngines)('the scheduler on %s', (kind) => {
  it('has the tables that its rows need', async () => {
    const store = await openTestStore(machine, migrations, kind);
    expect(await schemaDrift(store.database, 'scheduler', tables)).toEqual([]);
    await store.dispose();
  });

  /** A cascade of one component, which is being submitted. */
  const begun = async () => {
    const store = await openTestStore(machine, migrations, kind);
    const definition = releaseDefinition.parse(definitionOf());
    const release = 'mill';
    const settled = async (): Promise<void> => {
      // Inputs to itself are taken after the commit that left them.
      for (let n = 0; n < 20; n++) await new Promise((done) => setTimeout(done, 5));
    };
    await store.take({ type: 'release.apply', release, definition, why: '' });
    await store.take({ type: 'capacity.known', system: 'local-rpm', limit: 2 });
    const change = {
      id: null,
      release,
      kind: 'set',
      all: true,
      components: [],
      unknown: [],
      urgency: 'normal',
    } as const;
    await store.take({ type: 'change.reported', release, asked: true, change: { ...change, by: 'ada', why: 'all' } });
    const [cascade] = await store.read.cascades.where({ state: 'planning' });
    const about = { release, cascade: cascade!.id };
    const { parts, plan } = planOf(impactOf({ 'rpm/a': [] }, ['rpm/a']));
    await store.take({ type: 'plan.part', ...about, number: 1, snapshot: 's-1', rebuilds: parts });
    await store.take({ type: 'plan.made', ...about, number: 1, plan });
    await settled();
    const [row] = await store.read.rebuilds.where({ cascade: cascade!.id, state: 'submitting', tier: 0 });
    return { store, settled, release, about, cascade, attempt: { release, rebuild: row!.id, attempt: 1 } };
  };

  it('keeps a cascade from its start to its end', async () => {
    const { store, settled, release, about, cascade, attempt } = await begun();
    await store.take({ type: 'build.submitted', ...attempt, build: 'b-1' });
    await store.take({ type: 'build.ended', ...attempt, ended: endedBuild('b-1', 'rpm/a', 'complete', 1) });
    await store.take(verdict('b-1', 'passed', 1));
    await store.take({ type: 'build.compared', ...attempt, added: [], lost: [] });
    const repository = { number: 1, address: 'file:///side/1', place: cascade!.id };
    await store.take({ type: 'build.admitted', ...attempt, repository });
    await settled();
    expect(await store.read.cascades.get(cascade!.id)).toMatchObject({ state: 'running', closing: true });
    await store.take({ type: 'place.closed', ...about, outcome: 'landed', repository });
    await settled();
    expect(await store.read.cascades.get(cascade!.id)).toMatchObject({ state: 'completed', landed: true });
    expect(await store.read.validated.where({ release })).toHaveLength(1);
    expect(await store.read.capacity.get('build-system/local-rpm')).toMatchObject({ granted: [] });
    await store.dispose();
  });

  it("takes for its own what it had seen as somebody's, since the answer to the submission was lost", async () => {
    const { store, release, attempt } = await begun();
    const by = { origin: 'hand', submittedBy: 'millrace', cascade: null } as const;
    const ended = endedBuild('b-1', 'rpm/a', 'failed', 1, { status: by });
    await store.take({ type: 'hand.ended', release, ended });
    expect(await store.read.builds.get('b-1')).toMatchObject({ standing: 'seen', rebuild: null });
    await store.take({ type: 'build.submitted', ...attempt, build: 'b-1' });
    expect(await store.read.builds.get('b-1')).toMatchObject({ standing: 'own', rebuild: attempt.rebuild });
    await store.take({ type: 'build.ended', ...attempt, ended: endedBuild('b-1', 'rpm/a', 'complete', 1) });
    expect(await store.read.rebuilds.get(attempt.rebuild)).toMatchObject({ state: 'gating', build: 'b-1' });
    await store.dispose();
  });

  it('keeps a verdict about a build that it does not know until it knows it', async () => {
    const store = await openTestStore(machine, migrations, kind);
    const definition = releaseDefinition.parse(definitionOf());
    await store.take({ type: 'release.apply', release: 'mill', definition, why: '' });
    const meta = { id: 'v-1', source: 'test', who: 'ci-bridge' };
    expect(await store.engine.take(verdict('b-9', 'passed', 1), meta)).toMatchObject({
      status: 'parked',
      until: 'build/b-9',
    });
    await store.dispose();
  });
});
