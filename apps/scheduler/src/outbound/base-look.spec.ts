import { releaseDefinition } from '@millrace/contracts';
import { createKojiBuildSystem, type BuildStatus, type BuildSystem } from '@millrace/build-systems';
import { connectToHub, type KojiHub } from '@millrace/koji';
import { startFakeHub, type FakeHub } from '@millrace/koji/fake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Input } from '../domain/input';
import { definitionOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import { baseLooking } from './base-look';

const commit = '0123456789012345678901234567890123456789';
const order = { release: 'mill', system: 'koji' };
const login = (user: string) => ({ login: { kind: 'password', user, password: 'secret' } }) as const;

/** A release whose cascade c1 has landed libfoo on a fake hub; no news of the hub is heard. */
describe('the list of what a release has', () => {
  let hub: FakeHub;
  let people: KojiHub;
  let dir: string;
  let system: BuildSystem & { end(): Promise<void> };
  let world: World;
  let landed: BuildStatus;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'millrace-base-'));
    hub = await startFakeHub();
    layOut(hub);
    people = connectToHub({ url: hub.url, ...login('maintainer') });
    system = connect();
    landed = await build('libfoo');
    await system.close(await system.open('mill', 'c1'), 'landed');
    world = new World({ graph: {} });
    const koji = { build_systems: { rpm: 'koji' }, build_targets: { rpm: { target: 't1', tag: 't1' } } };
    const definition = releaseDefinition.parse({ ...definitionOf(), ...koji });
    await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
    hold(landed);
  });
  afterEach(async () => {
    await people.close();
    await system.end();
    await hub.close();
    rmSync(dir, { recursive: true, force: true });
  });

  function connect() {
    const target = { target: 't1', tag: 't1', isolation: 'side-tag', drafts: false, promote: 'land' } as const;
    const releases = new Map([['mill', { rpm: target }]]);
    return createKojiBuildSystem({
      ...{ name: 'koji', dir, topUrl: 'http://127.0.0.1:9', capacity: 4, longestCallMs: 50, pollMs: 5 },
      releases: { named: (name) => Promise.resolve(releases.get(name) ?? null), all: () => Promise.resolve(releases) },
      hub: { url: hub.url, ...login('millrace'), pace: { tries: 3, intervalMs: 5 } },
    });
  }

  async function build(name: string): Promise<BuildStatus> {
    const place = await system.open('mill', 'c1');
    const source = { kind: 'git', url: `https://src.example/rpms/${name}`, commit } as const;
    const rest = { generation: 1, pass: 1, macros: {}, bootstrap: false, needs: [], siblings: [] };
    const what = { release: 'mill', cascade: 'c1', component: `rpm/${name}`, source, ...rest };
    const ref = await system.submit(`c1/${name}`, what, place);
    const status = await ended(ref);
    await system.admit(ref, place);
    return status;
  }

  async function ended(ref: string): Promise<BuildStatus> {
    for (;;) {
      const [status] = await system.look([ref]);
      if (status!.state === 'complete') return status!;
    }
  }

  async function byHand(name: string): Promise<BuildStatus> {
    const made = await people.write.build(`git+https://src.example/rpms/${name}#${commit}`, 't1', {});
    if (made.kind !== 'answered') throw new Error('it was not submitted');
    return ended(`koji.task-${made.value}`);
  }

  function hold({ ref, component, nvr, endedAt }: BuildStatus): void {
    const { builds, validated, cascades } = world.store.rows;
    const of = { revision: 1, release: 'mill', component, nvr, cascade: 'c1' };
    builds.set(ref, { ...of, id: ref, state: 'complete', endedAt, rebuild: null } as never);
    validated.set(`mill/${component}`, { ...of, id: `mill/${component}`, build: ref } as never);
    cascades.set('c1', { id: 'c1', revision: 1, release: 'mill', state: 'completed', landed: true } as never);
  }

  async function look(): Promise<Extract<Input, { type: 'base.looked' }>> {
    const work = baseLooking({ read: world.store.read, systems: new Map([['koji', system]]) } as never);
    const value = await work.run(order, {} as never);
    return work.toInput(order, { ok: true, value }, 'k') as never;
  }

  const collected = () => [...world.works.values()].filter((one) => one.kind === 'build.collect').map((one) => one.key);

  it('says nothing while the release has what is held', async () => {
    expect(await look()).toEqual({ type: 'base.looked', ...order, builds: [], withdrawn: [] });
  });

  it('shows a newer build that somebody made and no event told of: it is looked into exactly once', async () => {
    const newer = await byHand('libfoo');
    const other = await byHand('app');
    const found = await look();
    expect(found.builds.map((one) => [one.ref, one.nvr])).toEqual([
      [newer.ref, newer.nvr],
      [other.ref, other.nvr],
    ]);
    expect(found.withdrawn).toEqual([]);
    for (let n = 0; n < 2; n++) await world.take(found);
    expect(collected()).toEqual([newer.ref, other.ref]);
    for (const one of [newer, other]) world.store.rows.builds.set(one.ref, { id: one.ref } as never);
    expect((await look()).builds).toEqual([]);
  });

  it('takes for no news what was there before the release was known, or what is older than what is held', async () => {
    const old = await byHand('app');
    Object.assign(
      hub.state.builds.find((one) => one.name === 'app')!,
      { completion_ts: 1_000_000_000 },
    );
    const between = await byHand('libfoo');
    world.store.rows.builds.set(landed.ref, {
      ...world.store.rows.builds.get(landed.ref)!,
      endedAt: '2100-01-01T00:00:00.000Z',
    });
    expect((await look()).builds.map((one) => one.ref)).not.toContain(old.ref);
    expect((await look()).builds.map((one) => one.ref)).not.toContain(between.ref);
  });

  it('shows a landed build that was deleted or untagged unseen: it is withdrawn, once', async () => {
    hub.control.deleteBuild(landed.nvr!);
    const found = await look();
    expect(found.withdrawn).toEqual([
      { ref: landed.ref, component: 'rpm/libfoo', nvr: landed.nvr, how: 'deleted', from: 't1', by: null },
    ]);
    await world.take(found);
    await world.rest();
    expect(world.store.rows.builds.get(landed.ref)).toMatchObject({
      state: 'withdrawn',
      because: expect.stringContaining('was deleted') as string,
    });
    expect((await look()).withdrawn).toEqual([]);
  });

  it('withdraws nothing that has not landed, or was replaced by something newer', async () => {
    world.store.rows.cascades.set('c1', { ...world.store.rows.cascades.get('c1')!, landed: false });
    hub.control.deleteBuild(landed.nvr!);
    expect((await look()).withdrawn).toEqual([]);
    world.store.rows.cascades.set('c1', { ...world.store.rows.cascades.get('c1')!, landed: true });
    await byHand('libfoo');
    expect((await look()).withdrawn).toEqual([]);
  });

  it('is asked for when the release is reconciled, of each of its build systems', async () => {
    await world.take({ type: 'release.reconcile', release: 'mill', after: '' });
    const asked = [...world.works.values()].filter((one) => one.kind === 'base.look');
    expect(asked.map((one) => one.order)).toEqual([order]);
  });
});

function layOut({ control }: FakeHub): void {
  for (const user of ['millrace', 'maintainer']) control.addUser(user, 'secret', ['admin']);
  control.addTag('t1', { packages: ['libfoo', 'app'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1');
  for (const name of ['libfoo', 'app']) {
    control.addSource(`git+https://src.example/rpms/${name}`, { name, version: '1', release: '1' });
  }
}
