import { connectToHub } from '@millrace/koji';
import { startFakeHub, type FakeHub, type Recipe } from '@millrace/koji/fake';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildSystem, Order } from '../build-system';
import { ended } from '../build-system-world';
import { createKojiBuildSystem } from './koji';
import type { KojiRelease } from './settings';

const commit = '0123456789012345678901234567890123456789';
const base = 'https://src.example/rpms';
const recipes: Record<string, Recipe> = {
  libfoo: { name: 'libfoo', version: '1.4', release: '1', provides: ['libfoo.so.2'] },
  app: { name: 'app', version: '2', release: '3', buildRequires: ['libfoo-devel'], requires: ['libfoo.so.2'] },
  slow: { name: 'slow', version: '1', release: '1', ends: 'hangs' },
  broken: { name: 'broken', version: '1', release: '1', ends: 'compile' },
  untrue: { name: 'untrue', version: '1', release: '1', ends: 'test' },
  gone: { name: 'gone', version: '1', release: '1', ends: 'source' },
};

describe('Koji as a build system', () => {
  let hub: FakeHub;
  let dir: string;
  const systems: { end(): Promise<void> }[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-koji-'));
    hub = await startFakeHub();
    hub.control.addUser('millrace', 'secret');
    hub.control.addUser('maintainer', 'secret');
    for (const user of hub.state.users) Object.assign(user, { perms: ['admin'] });
    hub.control.addTag('t1', { packages: Object.keys(recipes) });
    hub.control.addTag('t1-candidate', { parents: ['t1'] });
    hub.control.addTag('t1-build', { parents: ['t1'] });
    hub.control.addTarget('t1', 't1-build', 't1-candidate');
    for (const [name, recipe] of Object.entries(recipes)) hub.control.addSource(`git+${base}/${name}`, recipe);
  });
  afterEach(async () => {
    Object.assign(hub.trouble, { offline: false, cutBefore: 0, loseAnswers: 0 });
    await Promise.all(systems.splice(0).map((system) => system.end()));
    await hub.close();
    await rm(dir, { recursive: true });
  });

  /** As another process sees it. */
  const connect = (release: Partial<KojiRelease> = {}, user = 'millrace', tries = 3): BuildSystem => {
    const f43: KojiRelease = { target: 't1', isolation: 'side-tag', baseTag: 't1', drafts: false, ...release };
    const system = createKojiBuildSystem({
      ...{ dir, topUrl: 'https://koji.example', releases: { f43 }, capacity: 7, longestCallMs: 50, pollMs: 5 },
      hub: { url: hub.url, login: { kind: 'password', user, password: 'secret' }, pace: { tries, intervalMs: 5 } },
    });
    systems.push(system);
    return system;
  };
  const order = (name: string, cascade: string | null, needs: readonly string[] = []): Order => ({
    ...{ release: 'f43', component: `rpm/${name}`, cascade, generation: 1, pass: 1, macros: {}, bootstrap: false },
    ...{ source: { kind: 'git', url: `${base}/${name}`, commit }, needs, siblings: [] },
  });
  const build = async (system: BuildSystem, name: string, cascade: string, needs: readonly string[] = []) => {
    const place = await system.open('f43', cascade);
    return ended(system, await system.submit(`${cascade}/${name}`, order(name, cascade, needs), place));
  };
  const tasks = (method = 'build') => hub.state.tasks.filter((t) => t.method === method).length;

  it('builds in a side tag of the cascade, admits after the gate, proves what was used, and lands', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    expect(await connect().open('f43', 'c1')).toEqual(place);
    expect((await system.open('f43', 'c2')).id).not.toBe(place.id);
    const lib = await build(system, 'libfoo', 'c1');
    expect(lib).toMatchObject({ state: 'complete', origin: 'cascade', cascade: 'c1', component: 'rpm/libfoo' });
    expect(lib.source).toEqual({ kind: 'git', url: `${base}/libfoo`, commit });
    const first = await system.admit(lib.ref, place);
    expect(await system.admit(lib.ref, place)).toEqual(first);
    const app = await build(system, 'app', 'c1', [lib.ref]);
    expect(app).toMatchObject({ state: 'complete', builtFrom: { place: place.id, number: first.number } });
    const { inputs, packages, buildRequires } = await system.contents(app.ref);
    expect(inputs).toMatchObject([{ component: 'rpm/libfoo', nvr: lib.nvr, build: lib.ref }]);
    expect(buildRequires).toEqual([{ name: 'libfoo-devel' }]);
    expect(packages[0]).toMatchObject({ name: 'app', requires: [{ name: 'libfoo.so.2' }] });
    await system.admit(app.ref, place);
    await system.close(place, 'landed');
    const t1 = hub.state.tags.find((t) => t.name === 't1')!;
    expect(hub.state.taggings.filter((t) => t.tag_id === t1.id)).toHaveLength(2);
    expect(await system.close(place, 'landed')).toEqual(await system.repository('f43', null));
  });

  it('keeps a dependant waiting until what it needs is admitted', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    const app = await system.submit('c1/app', order('app', 'c1', [lib.ref]), place);
    await settled(hub);
    expect((await system.look([app]))[0]!.state).toBe('building');
    await system.admit(lib.ref, place);
    expect((await ended(system, app)).state).toBe('complete');
  });

  it('makes one task of one key, from wherever it is submitted', async () => {
    const place = await connect().open('f43', 'c1');
    const refs = await Promise.all([1, 2, 3].map(() => connect().submit('k', order('libfoo', 'c1'), place)));
    expect([new Set(refs).size, tasks()]).toEqual([1, 1]);
    expect(await connect().find('k')).toBe(refs[0]);
    expect(await connect().find('other')).toBeNull();
  });

  it('makes one task though the answer was lost', async () => {
    const place = await connect().open('f43', 'c1');
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'build' });
    const ref = await connect().submit('k', order('libfoo', 'c1'), place);
    expect([await connect().find('k'), tasks()]).toEqual([ref, 1]);
    expect(await readdir(join(dir, 'intents'))).toEqual([]);
  });

  it.each([
    ['and the session is still there', () => undefined],
    ['and the hub forgot the session', (fake: FakeHub) => fake.control.dropSessions()],
  ])('makes one task though the answer was lost and the submitter died, %s', async (_case, happen) => {
    const place = await connect().open('f43', 'c1');
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'build' });
    await expect(connect({}, 'millrace', 1).submit('k', order('libfoo', 'c1'), place)).rejects.toMatchObject({
      code: 'koji-outcome-unknown',
    });
    const [intent] = await readdir(join(dir, 'intents'));
    expect((await stat(join(dir, 'intents', intent!))).mode & 0o777).toBe(0o600);
    happen(hub);
    await connect().submit('k', order('libfoo', 'c1'), place);
    expect([tasks(), await readdir(join(dir, 'intents'))]).toEqual([1, []]);
  });

  it('submits under the stored numbers what never arrived', async () => {
    const place = await connect().open('f43', 'c1');
    const dying = connect({}, 'millrace', 1);
    await dying.find('k');
    const cut = setInterval(() => (hub.calls.get('getPackageConfig') ?? 0) > 0 && (hub.trouble.cutBefore = 50), 0);
    await dying.submit('k', order('libfoo', 'c1'), place).catch(() => undefined);
    clearInterval(cut);
    hub.trouble.cutBefore = 0;
    await connect().submit('k', order('libfoo', 'c1'), place);
    expect(tasks()).toBe(1);
  });

  it('makes one side tag though the answer was lost', async () => {
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'createSideTag' });
    const place = await connect().open('f43', 'c1');
    expect(hub.state.tags.filter((t) => t.sideOf !== null).map((t) => t.name)).toEqual([place.id]);
  });

  it('promotes drafts once, under the same ref', async () => {
    const system = connect({ drafts: true });
    const lib = await build(system, 'libfoo', 'c1');
    expect(lib.nvr).toMatch(/^libfoo-1\.4-1,draft_\d+$/);
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'promoteBuild' });
    await system.promote(lib.ref);
    await connect().promote(lib.ref);
    expect((await system.look([lib.ref]))[0]!.nvr).toBe('libfoo-1.4-1');
  });

  it('moves candidates of a given target to the base when they are admitted', async () => {
    const system = connect({ isolation: 'target' });
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    const there = hub.state.taggings.filter((t) => t.revoke_event === null).map((t) => t.tag_id);
    expect(there).toEqual([hub.state.tags.find((t) => t.name === 't1')!.id]);
  });

  it.each([
    ['broken', 'compile', 'build', /gear_wheels/],
    ['untrue', 'test', 'build', /wheel turns backwards/],
    ['app', 'dependencies', 'root', /libfoo-devel/],
    ['gone', 'source', 'srpm', /check out/],
  ])('classes %s as %s and names the error', async (name, failureClass, stage, summary) => {
    const system = connect();
    const failed = await build(system, name, 'c1');
    expect(failed.state).toBe('failed');
    const evidence = await system.evidence(failed.ref);
    expect(evidence).toMatchObject({ class: failureClass, stage, summary: expect.stringMatching(summary) as string });
    expect(evidence.logs[0]!.address).toMatch(/^https:\/\/koji\.example\/work\/tasks\/\d+\/\d+\/\w+\.log$/);
  });

  it('reports builds when they appear and when they end, those of people too, and ours never as theirs', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    const slow = await system.submit('c1/slow', order('slow', 'c1'), place);
    const first = await system.seen('f43', null);
    expect(first.builds.map((b) => b.ref)).toEqual([slow]);
    const id = await handBuild(hub);
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    await system.cancel(slow);
    const second = await connect().seen('f43', first.cursor);
    const told = second.builds.map((b) => [b.ref, b.origin, b.state, b.release]);
    expect(told).toHaveLength(3);
    expect(told).toEqual(
      expect.arrayContaining([
        [slow, 'cascade', 'cancelled', 'f43'],
        [lib.ref, 'cascade', 'complete', 'f43'],
        [`task-${id}`, 'hand', 'complete', 'f43'],
      ]),
    );
    expect((await system.seen('f43', second.cursor)).builds).toEqual([]);
    expect(await system.evidence(slow)).toMatchObject({ class: 'cancelled' });
  });

  it('cancels what runs of a cancelled cascade, and nothing else', async () => {
    const system = connect();
    const [one, two] = [await system.open('f43', 'c1'), await system.open('f43', 'c2')];
    const refs = [
      await system.submit('c1/slow', order('slow', 'c1'), one),
      await system.submit('c2/slow', order('slow', 'c2'), two),
    ];
    await system.close(one, 'cancelled');
    expect((await system.look(refs)).map((b) => b.state === 'cancelled')).toEqual([true, false]);
  });

  it('refuses what the hub would only refuse much later', async () => {
    const place = await connect().open('f43', 'c1');
    const submit = (what: Order) => connect().submit('k', what, place);
    await expect(submit(order('unlisted', 'c1'))).rejects.toMatchObject({ code: 'koji-package-not-listed' });
    await expect(
      connect({ target: 'nowhere', isolation: 'target' }).submit('k', order('libfoo', 'c1'), place),
    ).rejects.toMatchObject({ code: 'koji-target-unknown' });
    const local: Order = { ...order('libfoo', 'c1'), source: { kind: 'folder', path: '/somewhere' } };
    await expect(submit(local)).rejects.toMatchObject({ code: 'koji-source-local' });
    await expect(connect().look(['../../etc'])).rejects.toMatchObject({ kind: 'invalid' });
    await expect(connect().look(['task-999999'])).rejects.toMatchObject({ kind: 'missing' });
    expect(tasks()).toBe(0);
  });
});

async function settled(hub: FakeHub): Promise<void> {
  for (const before = hub.calls.get('x') ?? 0; before >= 0;) {
    await new Promise((done) => setTimeout(done, 15));
    if (!hub.step()) return;
  }
}

/** A maintainer's own build, past us: it goes through the candidates. */
async function handBuild(hub: FakeHub): Promise<number> {
  const theirs = connectToHub({ url: hub.url, login: { kind: 'password', user: 'maintainer', password: 'secret' } });
  const outcome = await theirs.write.build(`git+${base}/libfoo#${commit}`, 't1', {});
  if (outcome.kind === 'happened') throw new Error('unexpected');
  for (;;) {
    if ((await theirs.getTask(outcome.value))?.state === 'CLOSED') break;
    await new Promise((done) => setTimeout(done, 5));
  }
  await theirs.close();
  return outcome.value;
}
