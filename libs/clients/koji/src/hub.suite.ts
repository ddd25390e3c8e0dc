import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { KojiHub } from './hub';
import type { HubWorld } from './hub-world';
import { hasEnded, type TaskId } from './schema';
import type { CallIntent, WriteOutcome } from './session/outcome';

/** What a Koji hub does, the fake as well as a real one: the fake may not drift. */
export function describeHub(name: string, makeWorld: () => Promise<HubWorld>): void {
  describe(`${name} as a Koji hub`, () => {
    let world: HubWorld;
    let hub: KojiHub;
    beforeAll(async () => {
      world = await makeWorld();
      hub = world.connect();
    });
    afterAll(async () => {
      await hub.close();
      await world.destroy();
    });

    describeReads(() => ({ world, hub }));
    describeTasks(() => ({ world, hub }));
    describeSideTags(() => ({ world, hub }));
    describeUploads(() => ({ world, hub }));
  });
}

type Parts = () => { readonly world: HubWorld; readonly hub: KojiHub };

const nowhere = 'git+https://example.invalid/millrace#0123456789012345678901234567890123456789';

export function valueOf<T>(outcome: WriteOutcome<T>): T {
  if (outcome.kind === 'answered') return outcome.value;
  throw new Error('it had happened before');
}

function describeReads(parts: Parts): void {
  it('says what it is and can do', async () => {
    const { hub } = parts();
    expect(await hub.getKojiVersion()).toMatch(/^1\.\d+/);
    expect(await hub.listMethods()).toEqual(expect.arrayContaining(['build', 'listTagged', 'queryHistory']));
    expect((await hub.getLastEvent()).id).toBeGreaterThan(0);
  });

  it('knows the target, and answers null for what it does not know', async () => {
    const { hub, world } = parts();
    expect(await hub.getBuildTarget(world.target)).toMatchObject({
      name: world.target,
      build_tag: expect.any(Number) as number,
    });
    expect(await hub.getBuildTarget('millrace-unheard-of')).toBeNull();
    expect(await hub.getTag('millrace-unheard-of')).toBeNull();
    expect(await hub.getBuild('millrace-unheard-of-1-1')).toBeNull();
    expect(await hub.getTask(2_000_000_000 as TaskId)).toBeNull();
    expect(await hub.getRpm('millrace-unheard-of-1-1.noarch')).toBeNull();
  });

  it('tells of a tag what builds there need, and of builders what they bear', async () => {
    const { hub, world } = parts();
    const { build_tag_name: name } = (await hub.getBuildTarget(world.target))!;
    expect(await hub.getBuildConfig(name)).toMatchObject({ name, arches: expect.stringMatching(/\w/) as string });
    const me = valueOf(await hub.write.getLoggedInUser());
    expect(await hub.checkTagAccess(name, me.id)).toEqual({
      may: expect.any(Boolean) as boolean,
      because: expect.any(String) as string,
    });
    const channel = await hub.getChannel('default');
    expect(await hub.getChannel('millrace-unheard-of')).toBeNull();
    expect((await hub.listHosts(channel!.id)).length).toBeLessThanOrEqual((await hub.listHosts()).length);
    expect(await hub.countTasks({ channel: channel!.id, states: ['FREE'] })).toBeGreaterThanOrEqual(0);
    const now = (await hub.getLastEvent()).id;
    const before = await hub.getEventBefore(Date.now() / 1000 - 3600).catch((thrown: unknown) => thrown);
    if (before instanceof Error) expect(before).toMatchObject({ faultName: 'GenericError' });
    else expect(before).toMatchObject({ id: expect.any(Number) as number });
    expect(now).toBeGreaterThan(0);
  });

  it('answers many questions at once, faults among them', async () => {
    const { hub, world } = parts();
    const ask = (name: string) => ({ method: 'getTag', params: [name], keywords: { strict: true } });
    const { build_tag_name } = (await hub.getBuildTarget(world.target))!;
    const calls = Array.from({ length: 250 }, (_, i) => ask(i % 100 === 7 ? 'millrace-unheard-of' : build_tag_name));
    const answers = await hub.askMany(calls, z.looseObject({ name: z.string() }));
    expect(answers.map((a) => a.ok)).toEqual(calls.map((_, i) => i % 100 !== 7));
    expect(answers[7]).toMatchObject({ fault: { faultName: 'GenericError', method: 'getTag' } });
    expect(answers[249]).toMatchObject({ value: { name: build_tag_name } });
  });

  it('refuses with typed faults', async () => {
    const { hub } = parts();
    await expect(hub.listTagged('millrace-unheard-of')).rejects.toMatchObject({ code: 'koji-fault', faultCode: 1000 });
    const unknown = hub.write.call('millraceUnheardOf', []);
    await expect(unknown).rejects.toMatchObject({ faultString: expect.stringContaining('Invalid method') as string });
  });

  it('lets nobody write who is not logged in', async () => {
    const { world } = parts();
    const stranger = world.connect({ login: { kind: 'password', user: 'nobody-of-note', password: 'wrong' } });
    await expect(stranger.write.getLoggedInUser()).rejects.toMatchObject({ faultName: 'AuthError', kind: 'forbidden' });
  });
}

function describeTasks(parts: Parts): void {
  it('keeps our marker in the task, finds it by the marker, and cancels it', async () => {
    const { hub, world } = parts();
    const me = valueOf(await hub.write.getLoggedInUser());
    const marker = `${world.prefix}-${Date.now()}`;
    const options = { custom_user_metadata: { millrace_key: marker } };
    const id = valueOf(await hub.write.build(nowhere, world.target, options));
    const listed = await hub.listTasks({ owner: me.id, method: 'build' }, { limit: 20, order: '-id' });
    const ours = listed.filter((t) => JSON.stringify(t.request).includes(marker));
    expect(ours.map((t) => t.id)).toEqual([id]);
    expect(ours[0]!.request!.slice(0, 2)).toEqual([nowhere, world.target]);
    await hub.write.cancelTask(id);
    expect((await hub.getTaskChildren(id)).every((one) => one.parent === id)).toBe(true);
    expect([...(await hub.listTaskOutput(id)).values()].every((size) => size >= 0)).toBe(true);
    const [task, none] = await hub.getTasks([id, 2_000_000_000 as TaskId]);
    expect([hasEnded(task!.state), none]).toEqual([true, null]);
    expect(await hub.listBuildsOf(id)).toEqual([]);
    expect(Object.keys(await hub.getTaskDescendents(id))).toContain(String(id));
  });

  it('executes a write once, though it is sent twice under one number', async () => {
    const { hub, world } = parts();
    const intents: CallIntent[] = [];
    const before = (intent: CallIntent) => void intents.push(intent);
    const submit = (write: KojiHub['write']) => write.build(nowhere, world.target, {}, { before });
    const id = valueOf(await submit(hub.write));
    expect(await submit(hub.resume(intents[0]!))).toEqual({ kind: 'happened' });
    const next = valueOf(await hub.write.build(nowhere, world.target, {}));
    const between = Array.from({ length: Math.max(0, next - id - 1) }, (_, i) => (id + i + 1) as TaskId);
    const others = (await hub.getTasks(between)).filter((t) => t?.method === 'build' && t.parent === null);
    expect(others).toEqual([]);
    // The session has gone on: now the hub can no longer say what became of the first call.
    await expect(submit(hub.resume(intents[0]!))).rejects.toMatchObject({ code: 'koji-session-gone' });
    for (const task of [id, next]) await hub.write.cancelTask(task);
  });

  it('takes a chain of builds as one task', async () => {
    const { hub, world } = parts();
    const id = valueOf(await hub.write.chainBuild([[nowhere], [nowhere]], world.target, {}));
    expect(await hub.getTask(id)).toMatchObject({
      method: 'chainbuild',
      request: [[[nowhere], [nowhere]], world.target, {}],
    });
    await hub.write.cancelTask(id);
  });

  it('keeps parallel writers of one hub apart', async () => {
    const { hub, world } = parts();
    const build = () => hub.write.build(nowhere, world.target, {});
    const ids = (await Promise.all(Array.from({ length: 12 }, build))).map(valueOf);
    expect(new Set(ids).size).toBe(12);
    await Promise.all(ids.map((id) => hub.write.cancelTask(id)));
  });
}

function describeSideTags(parts: Parts): void {
  it('makes a side tag with a target and a repository, and removes it', async () => {
    const { hub, world } = parts();
    const { build_tag_name } = (await hub.getBuildTarget(world.target))!;
    const side = valueOf(await hub.write.createSideTag(build_tag_name));
    expect(await hub.getBuildTarget(side.name)).toMatchObject({ build_tag: side.id, dest_tag: side.id });
    expect((await hub.listSideTags(build_tag_name)).map((t) => t.name)).toContain(side.name);
    expect((await hub.getInheritance(side.name)).map((t) => t.name)).toContain(build_tag_name);
    expect(await hub.listTagged(side.name)).toEqual([]);
    expect(await hub.tagHistory(side.name, null)).toEqual([]);
    const [made] = await hub.tagConfigHistory(side.name);
    expect(made).toMatchObject({ create_event: expect.any(Number) as number, revoke_event: null });
    expect(await hub.listTaggedRpms(side.name)).toEqual({ rpms: [], builds: [] });
    expect(Array.isArray(await hub.getLatestBuilds(side.name))).toBe(true);
    const change = await hub.tagLastChangeEvent(side.name);
    const asked = valueOf(await hub.write.requestRepo(side.name, change!));
    if (asked.request)
      expect(await hub.checkRepoRequest(asked.request.id)).toMatchObject({ request: { tag_name: side.name } });
    await hub.write.removeSideTag(side.name);
    expect((await hub.listSideTags(build_tag_name)).map((t) => t.name)).not.toContain(side.name);
    expect(await hub.getTag(side.name)).toBeNull();
    // The history knows it by its name.
    expect(await hub.tagHistory(side.name, null)).toEqual([]);
    const gone = (await hub.tagConfigHistory(side.name)).at(-1);
    expect(gone).toMatchObject({ revoke_event: expect.any(Number) as number });
  });
}

function describeUploads(parts: Parts): void {
  it('takes a file in pieces and has what was sent', async () => {
    const { hub, world } = parts();
    const dir = await mkdtemp(join(tmpdir(), 'millrace-koji-'));
    const file = join(dir, 'a-1-1.src.rpm');
    await writeFile(file, Buffer.alloc(1024 ** 2 + 4321, 'millrace'));
    const path = await hub.upload(file, `${world.prefix}/${Date.now()}`);
    expect(path).toMatch(/a-1-1\.src\.rpm$/);
    await rm(dir, { recursive: true });
  });
}
