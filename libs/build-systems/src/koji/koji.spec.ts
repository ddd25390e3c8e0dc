import { connectToHub } from '@millrace/koji';
import { startFakeHub, type FakeHub, type Recipe } from '@millrace/koji/fake';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildSystem, Order } from '../build-system';
import { ended } from '../build-system-world';
import { createKojiBuildSystem } from './koji';
import { taskOfRef } from './ref';
import type { KojiRelease, KojiReleases, KojiTarget } from './settings';

const commit = '0123456789012345678901234567890123456789';
const base = 'https://src.example/rpms';
const recipes: Record<string, Recipe> = {
  libfoo: { name: 'libfoo', version: '1.4', release: '1', provides: ['libfoo.so.2'] },
  app: { name: 'app', version: '2', release: '3', buildRequires: ['libfoo-devel'], requires: ['libfoo.so.2'] },
  slow: { name: 'slow', version: '1', release: '1', ends: 'hangs' },
  broken: { name: 'broken', version: '1', release: '1', ends: 'compile' },
  untrue: { name: 'untrue', version: '1', release: '1', ends: 'test' },
  split: { name: 'split', version: '1', release: '1', arches: ['x86_64', 'aarch64'], failsOn: 'aarch64' },
  exotic: { name: 'exotic', version: '1', release: '1', arches: ['x86_64', 's390x'] },
  box: { name: 'box', version: '1', release: '1', installs: ['libfoo'] },
  'stale-box': { name: 'stale-box', version: '1', release: '1', installs: ['libfoo'], stale: true },
  gone: { name: 'gone', version: '1', release: '1', ends: 'source' },
};

describe('Koji as a build system', () => {
  let hub: FakeHub;
  let dir: string;
  const systems: { end(): Promise<void> }[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-koji-'));
    hub = await startFakeHub();
    layOut(hub);
  });
  afterEach(async () => {
    Object.assign(hub.trouble, { offline: false, cutBefore: 0, loseAnswers: 0 });
    await Promise.all(systems.splice(0).map((system) => system.end()));
    await hub.close();
    await rm(dir, { recursive: true });
  });

  /** As another process sees it. */
  const connect = (target: Partial<KojiTarget> = {}, user = 'millrace', tries = 3, more = {}): BuildSystem => {
    const plain = { target: 't1', isolation: 'side-tag', tag: 't1', drafts: false, promote: 'land' } as const;
    const releases = new Map([['f43', { rpm: { ...plain, ...target }, container: { ...plain, tag: 't1' } }]]);
    const system = createKojiBuildSystem({
      ...{ name: 'koji', dir, topUrl: 'https://koji.example', capacity: 7, longestCallMs: 50, pollMs: 5 },
      releases: { named: (name) => Promise.resolve(releases.get(name) ?? null), all: () => Promise.resolve(releases) },
      hub: { url: hub.url, login: { kind: 'password', user, password: 'secret' }, pace: { tries, intervalMs: 5 } },
      ...more,
    });
    systems.push(system);
    return system;
  };
  const order = (name: string, cascade: string | null, needs: readonly string[] = []): Order => ({
    ...{ release: 'f43', component: `rpm/${name}`, cascade, generation: 1, pass: 1, macros: {}, bootstrap: false },
    ...{ source: { kind: 'git', url: `https://src.example/rpms/${name}`, commit }, needs, siblings: [] },
  });
  const build = async (system: BuildSystem, name: string, cascade: string, needs: readonly string[] = []) => {
    const place = await system.open('f43', cascade);
    return ended(system, await system.submit(`${cascade}/${name}`, order(name, cascade, needs), place));
  };
  const tagged = (name: string) => {
    const tag = hub.state.tags.find((t) => t.name === name)!;
    const rows = hub.state.taggings.filter((t) => t.tag_id === tag.id && t.revoke_event === null);
    return rows.map((row) => hub.state.builds.find((b) => b.id === row.build_id)!.name).sort();
  };
  const sideTags = () => hub.state.tags.filter((t) => t.sideOf !== null).map((t) => t.name);
  const tasks = (method = 'build') => hub.state.tasks.filter((t) => t.method === method).length;

  it('builds in a side tag of the cascade, admits after the gate, proves what was used, and lands', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    expect(await connect().open('f43', 'c1')).toEqual(place);
    expect((await system.open('f43', 'c2')).id).not.toBe(place.id);
    const lib = await build(system, 'libfoo', 'c1');
    expect(lib).toMatchObject({ state: 'complete', origin: 'cascade', cascade: 'c1', component: 'rpm/libfoo' });
    expect(lib.source).toEqual({ kind: 'git', url: 'https://src.example/rpms/libfoo', commit });
    const first = await system.admit(lib.ref, place);
    expect(await system.admit(lib.ref, place)).toEqual(first);
    const app = await build(system, 'app', 'c1', [lib.ref]);
    expect(app).toMatchObject({ state: 'complete', builtFrom: { place: place.id, number: first.number } });
    const { inputs, packages, buildRequires } = await system.contents(app.ref);
    expect(inputs).toMatchObject([{ component: 'rpm/libfoo', nvr: lib.nvr, build: lib.ref }]);
    expect(buildRequires).toEqual([{ name: 'libfoo-devel' }]);
    expect(packages[0]).toMatchObject({
      ...{ name: 'app', requires: [{ name: 'libfoo.so.2' }] },
      files: ['/usr/share/doc/app/README'],
    });
    await system.admit(app.ref, place);
    await system.close(place, 'landed');
    const t1 = hub.state.tags.find((t) => t.name === 't1')!;
    expect(hub.state.taggings.filter((t) => t.tag_id === t1.id)).toHaveLength(2);
    expect(await system.close(place, 'landed')).toEqual(await system.repository('f43', null));
    expect(sideTags()).toEqual([(await system.open('f43', 'c2')).id]);
    expect(await connect().repository('f43', 'c1')).toEqual(await system.repository('f43', null));
    await expect(system.submit('late', order('libfoo', 'c1'), place)).rejects.toMatchObject({ code: 'place-closed' });
    expect((await system.look([app.ref]))[0]).toMatchObject({ state: 'complete', nvr: app.nvr });
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

  it('builds a source package that it uploads, once', async () => {
    const path = join(dir, 'libfoo-1.4-1.src.rpm');
    await writeFile(path, Buffer.alloc(1024 ** 2 + 7, 'srpm'));
    const there = 'millrace/c1_srpm/libfoo-1.4-1.src.rpm';
    hub.control.addSource(there, recipes['libfoo']!);
    const place = await connect().open('f43', 'c1');
    const wanted: Order = { ...order('libfoo', 'c1'), source: { kind: 'srpm', path } };
    const ref = await connect().submit('c1/srpm', wanted, place);
    expect(await connect().submit('c1/srpm', wanted, place)).toBe(ref);
    expect(await ended(connect(), ref)).toMatchObject({ state: 'complete', component: 'rpm/libfoo', source: null });
    expect(Buffer.from(hub.state.uploads[there]!, 'base64')).toHaveLength(1024 ** 2 + 7);
    expect(hub.state.tasks.filter((t) => t.method === 'build').map((t) => t.request[0])).toEqual([there]);
  });

  it('makes one side tag though the answer was lost', async () => {
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'createSideTag' });
    const place = await connect().open('f43', 'c1');
    expect(hub.state.tags.filter((t) => t.sideOf !== null).map((t) => t.name)).toEqual([place.id]);
  });

  it('makes a side tag for each of many that ask at one time, though answers are lost, and none twice', async () => {
    Object.assign(hub.trouble, { loseAnswers: 3, loseOf: 'createSideTag' });
    const system = connect();
    const names = ['c1', 'c2', 'c3', 'c4', 'c1', 'c2'];
    const opened = await Promise.all(names.map((name) => system.open('f43', name)));
    const ids = opened.map((place) => place.id);
    expect(new Set(ids).size).toBe(4);
    expect([ids[4], ids[5]]).toEqual([ids[0], ids[1]]);
    const beside: Order = { ...order('libfoo', 'c1'), macros: { _with_bootstrap: '1' } };
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'build' });
    await connect({}, 'millrace', 1)
      .submit('beside', beside, opened[0]!)
      .catch(() => undefined);
    await connect().submit('beside', beside, opened[0]!);
    expect(hub.state.tags.filter((t) => t.sideOf !== null)).toHaveLength(5);
    expect(tasks()).toBe(1);
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

  it('promotes at the gate where that is wanted, and else when the cascade lands', async () => {
    const early = connect({ drafts: true, promote: 'gate' });
    const lib = await build(early, 'libfoo', 'c1');
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'promoteBuild' });
    await early.admit(lib.ref, await early.open('f43', 'c1'));
    expect((await early.look([lib.ref]))[0]!.nvr).toBe('libfoo-1.4-1');
    const late = connect({ drafts: true });
    const slow = await build(late, 'box', 'c2');
    const place = await late.open('f43', 'c2');
    await late.admit(slow.ref, place);
    expect((await late.look([slow.ref]))[0]!.nvr).toContain(',draft_');
    await late.close(place, 'landed');
    expect((await late.look([slow.ref]))[0]!.nvr).toBe('box-1-1');
  });

  it.each(['tagBuild', 'cancelTask'])('does %s once though the answer was lost and the caller died', async (method) => {
    const place = await connect().open('f43', 'c1');
    const lib = await build(connect(), 'libfoo', 'c1');
    const slow = await connect().submit('slow', order('slow', 'c1'), place);
    const act = (system: BuildSystem): Promise<unknown> =>
      method === 'tagBuild' ? system.admit(lib.ref, place) : system.cancel(slow);
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: method });
    await act(connect({}, 'millrace', 1)).catch(() => undefined);
    await act(connect());
    await act(connect());
    expect(tasks('tagBuild')).toBe(method === 'tagBuild' ? 1 : 0);
    if (method === 'tagBuild') expect(tagged(place.id)).toEqual(['libfoo']);
    else expect((await connect().look([slow]))[0]!.state).toBe('cancelled');
    expect(await readdir(join(dir, 'intents'))).toEqual([]);
  });

  it('moves a build once, and removes a side tag once, though answers were lost and the caller died', async () => {
    const target = { isolation: 'target' } as const;
    const place = await connect(target).open('f43', 'c1');
    const lib = await build(connect(target), 'libfoo', 'c1');
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'moveBuild' });
    await connect(target, 'millrace', 1)
      .admit(lib.ref, place)
      .catch(() => undefined);
    await connect(target).admit(lib.ref, place);
    expect(hub.state.tasks.filter((t) => t.method === 'tagBuild' && t.parent === null)).toHaveLength(1);
    const side = await connect().open('f43', 'c2');
    const macros = { ...order('libfoo', 'c2'), macros: { _with_bootstrap: '1' } };
    await ended(connect(), await connect().submit('beside', macros, side));
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'removeSideTag' });
    await connect({}, 'millrace', 1)
      .close(side, 'kept')
      .catch(() => undefined);
    await connect().close(side, 'kept');
    expect(sideTags()).toEqual([side.id]);
    expect(await readdir(join(dir, 'intents'))).toEqual([]);
  });

  it('says what the builders of its releases bear', async () => {
    const idle = { up: 1, hosts: 1, capacity: 4, load: 0, architectures: ['aarch64', 'x86_64'] };
    const before = await connect().load!();
    const channels = ['default', 'container'].map((name) => ({ ...idle, name, waiting: 0 }));
    expect(before).toMatchObject([{ ...idle, name: 'all', waiting: null }, ...channels]);
    hub.control.holdTasks(true);
    const place = await connect().open('f43', 'c1');
    await connect().submit('waits', order('libfoo', 'c1'), place);
    const [, channel] = await connect().load!();
    expect(channel!.waiting).toBeGreaterThan(0);
  });

  it('removes the side tag of what has landed, though the answer was lost and the caller died', async () => {
    const place = await connect().open('f43', 'c1');
    await connect().admit((await build(connect(), 'libfoo', 'c1')).ref, place);
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'removeSideTag' });
    await expect(connect({}, 'millrace', 1).close(place, 'landed')).rejects.toMatchObject({ kind: 'unavailable' });
    const landed = await connect().close(place, 'landed');
    expect(landed).toEqual(await connect().repository('f43', null));
    expect([sideTags(), tagged('t1'), await readdir(join(dir, 'intents'))]).toEqual([[], ['libfoo'], []]);
  });

  it('keeps a side tag that the hub does not let go, or that has what did not land', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    await system.admit((await build(system, 'libfoo', 'c1')).ref, place);
    const tag = hub.state.tags.find((t) => t.name === place.id)!;
    const { owner } = tag;
    const letGo = (may: boolean) => {
      hub.state.users.forEach((user) => Object.assign(user, { perms: may ? ['admin'] : [] }));
      Object.assign(tag, { owner: may ? owner : 999 });
    };
    letGo(false);
    const landed = await system.close(place, 'landed');
    expect(landed).toEqual(await system.repository('f43', null));
    expect([sideTags(), tagged('t1')]).toEqual([[place.id], ['libfoo']]);
    letGo(true);
    const kept = await system.open('f43', 'c2');
    const late = await build(system, 'box', 'c2');
    await system.admit(late.ref, { ...kept, id: place.id });
    await system.close(place, 'landed');
    expect([sideTags(), tagged('t1')]).toEqual([[place.id, kept.id], ['libfoo']]);
    await system.close(kept, 'kept');
    expect(sideTags()).toEqual([place.id, kept.id]);
  });

  it('tags anew when the task whose answer was lost has failed meanwhile', async () => {
    const place = await connect().open('f43', 'c1');
    const lib = await build(connect(), 'libfoo', 'c1');
    hub.control.holdTasks(true);
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'tagBuild' });
    await connect({}, 'millrace', 1)
      .admit(lib.ref, place)
      .catch(() => undefined);
    const [lost] = hub.state.tasks.filter((t) => t.method === 'tagBuild');
    hub.control.endTask(lost!.id, 'FAILED', 'the builder died');
    hub.control.holdTasks(false);
    await connect().admit(lib.ref, place);
    expect([tasks('tagBuild'), tagged(place.id)]).toEqual([2, ['libfoo']]);
  });

  it('follows a build whose builder died: it is free again, and is built once more', async () => {
    const system = connect();
    const ref = await system.submit('slow', order('slow', 'c1'), await system.open('f43', 'c1'));
    const state = async () => (await system.look([ref]))[0]!.state;
    while ((await state()) !== 'building') await new Promise((done) => setTimeout(done, 5));
    hub.control.holdTasks(true);
    hub.control.freeTask(Number(ref.slice(5)));
    expect(await state()).toBe('submitted');
    hub.control.addSource(`git+${base}/slow`, { ...recipes['slow']!, ends: 'complete' });
    hub.control.holdTasks(false);
    expect(await ended(system, ref)).toMatchObject({ state: 'complete', ref });
  });

  it('builds nothing for a target whose tag would refuse the result', async () => {
    hub.control.addTag('locked', { locked: true, packages: ['libfoo'] });
    hub.control.addTarget('locked', 't1-build', 'locked');
    const system = connect({ target: 'locked', isolation: 'target' });
    const place = await system.open('f43', 'c1');
    await expect(system.submit('k', order('libfoo', 'c1'), place)).rejects.toMatchObject({
      ...{ code: 'koji-tag-refused', message: 'millrace may not tag into locked: tag is locked' },
    });
    expect(tasks()).toBe(0);
  });

  it('names the one architecture that a build fails on', async () => {
    const failed = await build(connect(), 'split', 'c1');
    expect(await connect().evidence(failed.ref)).toMatchObject({
      ...{ class: 'one-architecture', stage: 'build', arches: ['aarch64'] },
      summary: expect.stringMatching(/on aarch64 only: /) as string,
    });
  });

  it('does not wait for ever for an architecture without a builder', async () => {
    const system = connect({}, 'millrace', 3, { noBuilderMs: 40 });
    const failed = await build(system, 'exotic', 'c1');
    expect(failed.state).toBe('failed');
    expect(await connect().evidence(failed.ref)).toMatchObject({ class: 'no-builder', arches: ['s390x'] });
    expect(hub.state.tasks.filter((t) => t.state === 0)).toEqual([]);
  });

  it('says what others took away, once, and nothing of what we did ourselves', async () => {
    const system = connect({ isolation: 'target' });
    const place = await system.open('f43', 'c1');
    const [lib, box] = [await build(system, 'libfoo', 'c1'), await build(system, 'box', 'c1')];
    for (const { ref } of [lib, box]) await system.admit(ref, place);
    const first = await system.seen('f43', null);
    expect(first.withdrawn).toEqual([]);
    const theirs = connectToHub({ url: hub.url, login: { kind: 'password', user: 'maintainer', password: 'secret' } });
    await theirs.write.untagBuild('t1', (await theirs.getBuild(lib.nvr!))!.build_id);
    await theirs.close();
    hub.control.deleteBuild(box.nvr!);
    hub.control.blockPackage('t1', 'app');
    const second = await system.seen('f43', first.cursor);
    expect(second.withdrawn).toEqual([
      { ref: lib.ref, component: 'rpm/libfoo', nvr: lib.nvr, how: 'untagged', from: 't1', by: 'maintainer' },
      expect.objectContaining({ ref: box.ref, how: 'deleted' }),
      expect.objectContaining({ component: 'rpm/app', how: 'blocked', from: 't1' }),
    ]);
    expect((await system.seen('f43', second.cursor)).withdrawn).toEqual([]);
  });

  it('finds containers that people build, and does not take a candidate that moved on for one taken away', async () => {
    hub.control.addTag('boxes', { packages: ['box'] });
    hub.control.addTag('boxes-candidate', { parents: ['boxes'] });
    hub.control.addTarget('boxes', 't1-build', 'boxes-candidate');
    const plain = { target: 't1', tag: 't1', isolation: 'target', drafts: false, promote: 'land' } as const;
    const release = { rpm: plain, container: { ...plain, target: 'boxes', tag: 'boxes' } };
    const both = connect({}, 'millrace', 3, { releases: only(release) });
    const first = await both.seen('f43', null);
    const theirs = connectToHub({ url: hub.url, login: { kind: 'password', user: 'maintainer', password: 'secret' } });
    const options = { git_branch: 'f43' };
    await theirs.write.buildContainer(`git+${base}/box#${commit}`, 'boxes', options);
    const lib = await handBuild(hub);
    await settled(hub);
    const second = await both.seen('f43', first.cursor);
    expect(second.builds.map((one) => [one.component, one.origin, one.submittedBy]).sort()).toEqual([
      ['container/box', 'hand', 'maintainer'],
      ['rpm/libfoo', 'hand', 'maintainer'],
    ]);
    const [made] = await theirs.listBuildsOf(taskOfRef(`task-${lib}`));
    await theirs.write.moveBuild('t1-candidate', 't1', made!.build_id);
    await settled(hub);
    const third = await both.seen('f43', second.cursor);
    expect(third.withdrawn).toEqual([]);
    await theirs.write.untagBuild('t1', made!.build_id);
    await theirs.close();
    expect((await both.seen('f43', third.cursor)).withdrawn).toMatchObject([{ how: 'untagged', from: 't1' }]);
  });

  it('asks again for a repository whose request came to nothing', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    hub.control.holdTasks(true);
    const wanted = { ...order('box', 'c1', [lib.ref]), component: 'container/box' };
    const first = system.submit('c1/box', wanted, place).catch((thrown: unknown) => thrown);
    while (!hub.state.repoRequests.some((one) => one.active)) await new Promise((done) => setTimeout(done, 5));
    for (const one of hub.state.repoRequests.filter((each) => each.active)) {
      one.active = false;
      hub.control.endTask(one.task_id, 'FAILED', 'createrepo failed');
    }
    expect(await first).toMatchObject({ code: 'koji-repo-not-made', kind: 'unavailable' });
    hub.control.holdTasks(false);
    expect((await ended(system, await system.submit('c1/box', wanted, place))).state).toBe('complete');
  });

  it('loses no news though the hub refuses a question, and begins with those of a day', async () => {
    const system = connect();
    const first = await system.seen('f43', null);
    expect(hub.calls.get('getLastEvent')).toBe(2);
    await handBuild(hub);
    const tag = hub.state.tags.find((one) => one.name === 't1-candidate')!;
    const rest = hub.state.tags.splice(hub.state.tags.indexOf(tag), 1);
    await expect(system.seen('f43', first.cursor)).rejects.toMatchObject({ code: 'koji-fault' });
    hub.state.tags.push(...rest);
    expect((await system.seen('f43', first.cursor)).builds).toHaveLength(1);
  });

  it('gives containers what the cascade has validated, and refuses an old package inside', async () => {
    const system = connect();
    hub.control.addPackages('t1', ['old']);
    const old = await build(system, 'libfoo', 'c0');
    const before = await system.open('f43', 'c0');
    await system.admit(old.ref, before);
    await system.close(before, 'landed');
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    const make = async (name: string) => {
      const wanted = { ...order(name, 'c1', [lib.ref]), component: `container/${name}` };
      return ended(system, await system.submit(`c1/${name}`, wanted, place));
    };
    const box = await make('box');
    expect(box).toMatchObject({ state: 'complete', component: 'container/box', origin: 'cascade' });
    expect((await system.contents(box.ref)).inputs).toMatchObject([{ component: 'rpm/libfoo', build: lib.ref }]);
    const stale = await make('stale-box');
    expect(stale).toMatchObject({ state: 'failed', nvr: expect.stringMatching(/^stale-box-/) as string });
    const { class: failureClass, summary } = await system.evidence(stale.ref);
    expect(failureClass).toBe('dependencies');
    expect(summary).toBe(`libfoo-0:1.4-${old.nvr!.split('-').pop()}.x86_64 is inside, and the cascade has ${lib.nvr}`);
    await system.admit(box.ref, place);
    await system.close(place, 'landed');
    expect(tagged('t1')).toEqual(expect.arrayContaining(['box', 'libfoo']));
    const again = hub.state.tasks.filter((t) => t.method === 'buildContainer');
    expect(again).toHaveLength(2);
  });

  it('holds a dependant back by itself where the hub cannot', async () => {
    await hub.close();
    hub = await startFakeHub({ version: '1.21.1' });
    layOut(hub);
    const system = connect({ isolation: 'target' });
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    expect((await build(system, 'app', 'c1', [lib.ref])).state).toBe('complete');
    expect(hub.calls.get('newRepo')).toBeGreaterThan(0);
  });

  it('knows how long builds take there', async () => {
    const system = connect();
    await build(system, 'libfoo', 'c1');
    const known = await system.durations!(['rpm/libfoo', 'rpm/app', 'container/box']);
    expect([...known.keys()]).toEqual(['rpm/libfoo']);
    expect(known.get('rpm/libfoo')).toBeGreaterThan(0);
    expect(await system.who!()).toBe('millrace');
  });

  it('passes on how urgent a build is, and never more than it may', async () => {
    const place = await connect().open('f43', 'c1');
    const submit = (key: string, priority: number, target = {}) =>
      connect(target).submit(key, { ...order('slow', 'c1'), priority }, place);
    await submit('late', -10);
    await submit('soon', 10);
    await submit('granted', 10, { priority: -1 });
    const priorities = hub.state.tasks.filter((t) => t.method === 'build').map((t) => t.priority);
    expect(priorities).toEqual([30, 20, 19]);
  });

  it('makes images by the call that the release names, once, and knows them again', async () => {
    const call = {
      method: 'buildContainer',
      arguments: ['{source}', '{target}', { release: '{name}', git_branch: 'f43' }],
    };
    const target = {
      ...({ target: 't1', tag: 't1', isolation: 'side-tag', drafts: false, promote: 'land' } as const),
      call,
    } as const;
    const system = connect({}, 'millrace', 3, { releases: only({ rpm: target, image: target }) });
    const place = await system.open('f43', 'c1');
    const wanted = { ...order('box', 'c1'), component: 'image/box' };
    const ref = await system.submit('c1/image', wanted, place);
    expect(await connect().submit('c1/image', wanted, place)).toBe(ref);
    expect(await ended(system, ref)).toMatchObject({ state: 'complete', component: 'image/box', key: 'c1/image' });
    expect(hub.state.tasks.filter((t) => t.method === 'buildContainer').map((t) => t.request[2])).toEqual([
      expect.objectContaining({ release: 'box' }),
    ]);
  });

  it('looks at once when something is said to have happened', async () => {
    const system = connect({}, 'millrace', 3, { pollMs: 60_000 });
    const ref = await system.submit('slow', order('slow', 'c1'), await system.open('f43', 'c1'));
    await system.look([ref]);
    const first = await system.seen('f43', null);
    expect((await system.seen('f43', first.cursor)).cursor).toBe(first.cursor);
    hub.control.endTask(Number(ref.slice(5)), 'FAILED', 'over');
    const second = system.look([ref]);
    await new Promise((done) => setTimeout(done, 20));
    system.hint!();
    expect((await second)[0]!.state).toBe('failed');
    expect((await system.seen('f43', first.cursor)).builds.map((one) => one.state)).toEqual(['failed']);
  });

  it('watches 1,000 builds with at most one request per 100 tasks and look', async () => {
    await hub.close();
    hub = await startFakeHub({ stepMs: 0 });
    layOut(hub);
    const system = connect({}, 'millrace', 3, { pollMs: 60, capacity: 1000 });
    await system.find('nothing');
    const ids = Array.from({ length: 1000 }, () => hub.control.addTask('build', 'millrace', 1));
    const refs = ids.map((id) => `task-${id}`);
    const before = hub.requests.count;
    const rounds = 5;
    for (let n = 0; n < rounds; n++) {
      const statuses = await Promise.all(refs.map((ref) => system.look([ref])));
      expect(statuses.flat().every((one) => one.state === 'building')).toBe(true);
    }
    expect(hub.requests.count - before).toBeLessThanOrEqual((rounds * ids.length) / 100);
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

  it('reads the end of a log, however long or short it is', async () => {
    const system = connect();
    const error =
      "main.c:3:5: error: 'gear_wheels' undeclared\nerror: Bad exit status from /var/tmp/rpm-tmp (%build)\n";
    for (const [key, log] of [
      ['short', error],
      ['long', `${'make[1]: nothing of note\n'.repeat(20_000)}${error}`],
    ] as const) {
      hub.control.addSource(`git+${base}/broken`, { ...recipes['broken']!, log });
      const failed = await build(system, 'broken', key);
      const { summary, tail } = await system.evidence(failed.ref);
      expect(summary).toContain('gear_wheels');
      expect(tail.endsWith('(%build)\n') || tail.endsWith('(%build)')).toBe(true);
    }
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

function only(release: KojiRelease): KojiReleases {
  return { named: () => Promise.resolve(release), all: () => Promise.resolve(new Map([['f43', release]])) };
}

function layOut({ control, state }: FakeHub): void {
  control.addUser('millrace', 'secret');
  control.addUser('maintainer', 'secret');
  for (const user of state.users) Object.assign(user, { perms: ['admin'] });
  control.addTag('t1', { packages: Object.keys(recipes) });
  control.addTag('t1-candidate', { parents: ['t1'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1-candidate');
  for (const [name, recipe] of Object.entries(recipes)) control.addSource(`git+${base}/${name}`, recipe);
}

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
