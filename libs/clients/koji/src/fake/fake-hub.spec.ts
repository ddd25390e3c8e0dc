import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connectToHub, type KojiHub } from '../hub';
import { valueOf } from '../hub.suite';
import type { TaskId } from '../schema';
import { fakeWorld, sources, type FakeWorld } from './fake-world';
import type { Ending } from './state';

describe("the fake's builder", () => {
  let world: FakeWorld;
  let hub: KojiHub;
  beforeEach(async () => {
    world = await fakeWorld({ stepMs: 0 });
    hub = world.connect();
  });
  afterEach(async () => {
    await hub.close();
    await world.destroy();
  });
  const settle = () => {
    for (let i = 0; i < 50 && world.fake.step(); i++);
  };
  const build = async (name: string, options = {}) => {
    const id = valueOf(await hub.write.build(`${sources}/${name}#abc`, 't1', options));
    settle();
    return { id, task: (await hub.getTask(id))!, build: (await hub.listBuildsOf(id))[0] };
  };

  it('builds, tags, and records what a build root had', async () => {
    const lib = await build('libfoo', { custom_user_metadata: { millrace_key: 'k' } });
    expect([lib.task.state, lib.build!.state]).toEqual(['CLOSED', 'COMPLETE']);
    expect(lib.build).toMatchObject({
      nvr: `libfoo-1.4-1.k${lib.id}`,
      extra: { custom_user_metadata: { millrace_key: 'k' } },
    });
    expect((await hub.listTagsOf(lib.build!.build_id)).map((t) => t.name)).toEqual(['t1-candidate']);
    expect((await build('app')).task.state).toBe('FAILED');
    await hub.write.tagBuild('t1', lib.build!.build_id);
    settle();
    const app = await build('app');
    const [arch] = (await hub.getTaskDescendents(app.id))[app.id]!.filter((t) => t.method === 'buildArch');
    const [root] = await hub.listBuildroots(arch!.id);
    expect((await hub.listBuildrootRpms(root!.id)).map((r) => r.name)).toEqual(['libfoo-devel']);
    expect((await hub.buildReferences(lib.build!.build_id)).component_of).toEqual([app.build!.build_id]);
    const rpms = await hub.listRpms(app.build!.build_id);
    const [first] = rpms;
    expect(await hub.getRpm(`${first!.name}-${first!.version}-${first!.release}.${first!.arch}`)).toEqual(first);
    const there = await hub.listTaggedRpms('t1-candidate', { inherit: true, latest: true });
    expect(there.rpms).toEqual(expect.arrayContaining(rpms));
    expect(await hub.getLatestBuilds('t1-candidate')).toEqual(there.builds);
    expect(await hub.getTaskChildren(app.id)).toEqual((await hub.getTaskDescendents(app.id))[app.id]);
    const source = rpms.find((r) => r.arch === 'src')!;
    expect((await hub.getRpmDeps(source.id)).map((d) => [d.name, d.type])).toEqual([['libfoo-devel', 0]]);
  });

  it('keeps drafts apart until one is promoted, under the same id', async () => {
    const drafts = [await build('libfoo', { draft: true }), await build('libfoo', { draft: true })];
    expect(drafts.map((d) => d.build!.nvr)).toEqual(drafts.map((d) => `libfoo-1.4-1,draft_${d.build!.build_id}`));
    await hub.write.promoteBuild(drafts[0]!.build!.build_id);
    expect(await hub.getBuild('libfoo-1.4-1')).toMatchObject({ build_id: drafts[0]!.build!.build_id, draft: false });
    expect(await hub.getBuild(drafts[0]!.build!.nvr)).toBeNull();
    await expect(hub.write.promoteBuild(drafts[0]!.build!.build_id)).rejects.toThrow(/Not a draft/);
    await expect(hub.write.promoteBuild(drafts[1]!.build!.build_id)).rejects.toThrow(/already exists/);
    const third = await build('libfoo', { draft: true });
    expect([third.task.state, third.build]).toEqual(['FAILED', undefined]);
  });

  it.each([
    ['source', 'buildSRPMFromSCM', false],
    ['dependencies', 'buildArch', true],
    ['compile', 'buildArch', true],
    ['test', 'buildArch', true],
    ['builder-lost', 'buildArch', true],
  ] as [Ending, string, boolean][])('fails by %s in %s', async (ends, method, hasBuild) => {
    world.fake.control.addSource(`${sources}/bad`, { name: 'libfoo', version: '1', release: '1', ends });
    const { id, task, build: row } = await build('bad');
    expect([task.state, row?.state]).toEqual(['FAILED', hasBuild ? 'FAILED' : undefined]);
    expect(await hub.getTaskResult(id)).toMatchObject({ faultString: expect.any(String) as string });
    const failed = (await hub.getTaskDescendents(id))[id]!.find((t) => t.state === 'FAILED')!;
    expect(failed.method).toBe(method);
  });

  it('lets a task become free again when its builder died, and builds it once more', async () => {
    world.fake.control.addSource(`${sources}/slow`, { name: 'libfoo', version: '1', release: '1', ends: 'hangs' });
    const { id, task } = await build('slow');
    expect(task.state).toBe('OPEN');
    world.fake.control.freeTask(id);
    expect((await hub.getTask(id))!.state).toBe('FREE');
    world.fake.control.addSource(`${sources}/slow`, { name: 'libfoo', version: '1', release: '1' });
    settle();
    expect((await hub.listBuildsOf(id)).map((b) => b.state)).toEqual(['COMPLETE']);
  });

  it('waits for what a build waits for', async () => {
    const waiting = await build('libfoo', { wait_builds: ['app-2-3'] });
    expect(waiting.task.state).toBe('OPEN');
    expect(waiting.build).toBeUndefined();
  });

  it('refuses what is not in the list, and what is not there', async () => {
    world.fake.control.addSource(`${sources}/other`, { name: 'other', version: '1', release: '1' });
    expect((await build('other')).task.state).toBe('FAILED');
    const lib = await build('libfoo');
    world.fake.control.blockPackage('t1', 'libfoo');
    await expect(hub.write.tagBuild('t1', lib.build!.build_id)).rejects.toMatchObject({ faultName: 'TagError' });
    await expect(hub.write.newRepo('t1-build')).rejects.toMatchObject({ faultName: 'ActionNotAllowed' });
  });

  it('shows in the history what was tagged, untagged and deleted', async () => {
    const lib = await build('libfoo');
    const { id: event } = await hub.getLastEvent();
    const first = await hub.tagHistory('t1-candidate', null);
    expect(first).toMatchObject([{ build_id: lib.build!.build_id, revoke_event: null, 'tag.name': 't1-candidate' }]);
    expect(await hub.tagHistory('t1-candidate', event)).toEqual([]);
    world.fake.control.deleteBuild(lib.build!.build_id);
    const [gone] = await hub.tagHistory('t1-candidate', event);
    expect(gone!.revoke_event).toBeGreaterThan(event);
    expect((await hub.getBuild(lib.build!.build_id))!.state).toBe('DELETED');
  });

  it('makes repositories on demand, each once', async () => {
    const asked = valueOf(await hub.write.requestRepo('t1-build', 'last'));
    const again = valueOf(await hub.write.requestRepo('t1-build', 'last'));
    expect([again.duplicate, again.request!.id]).toEqual([true, asked.request!.id]);
    settle();
    expect(await hub.checkRepoRequest(asked.request!.id)).toMatchObject({ repo: { id: expect.any(Number) as number } });
    expect((await hub.getRepo('t1-build'))!.begin_event).toBe(await hub.tagLastChangeEvent('t1-build'));
  });

  it('is an old hub without side tags when told so', async () => {
    const old = await fakeWorld({ version: null, plugins: [] });
    const there = old.connect();
    expect(await there.getKojiVersion()).toBe('1.33.0');
    expect(there.version()).toBeNull();
    await expect(there.write.createSideTag('t1-build')).rejects.toThrow(/Invalid method/);
    await there.close();
    await old.destroy();
  });
});

it('keeps its state in a file when it is a process of its own', async () => {
  const root = resolve(__dirname, '../../../../..');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'libs/clients/koji'], {
    cwd: root,
  });
  const dir = mkdtempSync(join(tmpdir(), 'millrace-fake-'));
  const main = join(root, 'libs/clients/koji/dist/fake/main.js');
  const start = async () => {
    const child = spawn(process.execPath, [main, '--state', join(dir, 'hub.json')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((done) =>
      child.stdout.once('data', (data: Buffer) => done(data.toString())),
    );
    const login = { kind: 'password', user: 'kojiadmin', password: 'kojiadmin' } as const;
    return { child, hub: connectToHub({ ...(JSON.parse(line) as { url: string }), login }) };
  };
  const first = await start();
  await first.hub.write.call('fake.addTag', ['t9']);
  const task: TaskId = valueOf(await first.hub.write.build('git+https://x.example/y', 'none', {}));
  first.child.kill('SIGKILL');
  const second = await start();
  expect(await second.hub.getTag('t9')).toMatchObject({ name: 't9' });
  expect(await second.hub.getTask(task)).toMatchObject({ id: task, method: 'build' });
  await second.hub.close();
  second.child.kill('SIGTERM');
  rmSync(dir, { recursive: true });
});
