import type { FakeHub } from '@millrace/koji/fake';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Order } from '../build-system';
import { ended } from '../build-system-world';
import { base, kojiDesk, recipes, settled } from './koji-desk.suite';

describe('Koji: builds that are submitted', () => {
  const desk = kojiDesk();
  const { connect, order, build, tasks, anew } = desk;

  it('keeps a dependant waiting until what it needs is admitted', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    const app = await system.submit('c1/app', order('app', 'c1', [lib.ref]), place);
    await settled(desk.hub);
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
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'build' });
    const ref = await connect().submit('k', order('libfoo', 'c1'), place);
    expect([await connect().find('k'), tasks()]).toEqual([ref, 1]);
    expect(await readdir(join(desk.dir, 'intents'))).toEqual([]);
  });

  it.each([
    ['and the session is still there', () => undefined],
    ['and the hub forgot the session', (fake: FakeHub) => fake.control.dropSessions()],
  ])('makes one task though the answer was lost and the submitter died, %s', async (_case, happen) => {
    const place = await connect().open('f43', 'c1');
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'build' });
    await expect(connect({}, 'millrace', 1).submit('k', order('libfoo', 'c1'), place)).rejects.toMatchObject({
      code: 'koji-outcome-unknown',
    });
    const [intent] = await readdir(join(desk.dir, 'intents'));
    expect((await stat(join(desk.dir, 'intents', intent!))).mode & 0o777).toBe(0o600);
    happen(desk.hub);
    await connect().submit('k', order('libfoo', 'c1'), place);
    expect([tasks(), await readdir(join(desk.dir, 'intents'))]).toEqual([1, []]);
  });

  it('submits under the stored numbers what never arrived', async () => {
    const place = await connect().open('f43', 'c1');
    const dying = connect({}, 'millrace', 1);
    await dying.find('k');
    const cut = setInterval(
      () => (desk.hub.calls.get('getPackageConfig') ?? 0) > 0 && (desk.hub.trouble.cutBefore = 50),
      0,
    );
    await dying.submit('k', order('libfoo', 'c1'), place).catch(() => undefined);
    clearInterval(cut);
    desk.hub.trouble.cutBefore = 0;
    await connect().submit('k', order('libfoo', 'c1'), place);
    expect(tasks()).toBe(1);
  });

  it('builds a source package that it uploads, once', async () => {
    const path = join(desk.dir, 'libfoo-1.4-1.src.rpm');
    await writeFile(path, Buffer.alloc(1024 ** 2 + 7, 'srpm'));
    const there = 'millrace/c1_srpm/libfoo-1.4-1.src.rpm';
    desk.hub.control.addSource(there, recipes['libfoo']!);
    const place = await connect().open('f43', 'c1');
    const wanted: Order = { ...order('libfoo', 'c1'), source: { kind: 'srpm', path } };
    const ref = await connect().submit('c1/srpm', wanted, place);
    expect(await connect().submit('c1/srpm', wanted, place)).toBe(ref);
    expect(await ended(connect(), ref)).toMatchObject({ state: 'complete', component: 'rpm/libfoo', source: null });
    expect(Buffer.from(desk.hub.state.uploads[there]!, 'base64')).toHaveLength(1024 ** 2 + 7);
    expect(desk.hub.state.tasks.filter((t) => t.method === 'build').map((t) => t.request[0])).toEqual([there]);
  });

  it('follows a build whose builder died: it is free again, and is built once more', async () => {
    const system = connect();
    const ref = await system.submit('slow', order('slow', 'c1'), await system.open('f43', 'c1'));
    const state = async () => (await system.look([ref]))[0]!.state;
    while ((await state()) !== 'building') await new Promise((done) => setTimeout(done, 5));
    desk.hub.control.holdTasks(true);
    desk.hub.control.freeTask(Number(ref.slice('koji.task-'.length)));
    expect(await state()).toBe('submitted');
    desk.hub.control.addSource(`git+${base}/slow`, { ...recipes['slow']!, ends: 'complete' });
    desk.hub.control.holdTasks(false);
    expect(await ended(system, ref)).toMatchObject({ state: 'complete', ref });
  });

  it('builds nothing for a target whose tag would refuse the result', async () => {
    desk.hub.control.addTag('locked', { locked: true, packages: ['libfoo'] });
    desk.hub.control.addTarget('locked', 't1-build', 'locked');
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
    expect(desk.hub.state.tasks.filter((t) => t.state === 0)).toEqual([]);
  });

  it('holds a dependant back by itself where the hub cannot', async () => {
    await anew({ version: '1.21.1' });
    const system = connect({ isolation: 'target' });
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    expect((await build(system, 'app', 'c1', [lib.ref])).state).toBe('complete');
    expect(desk.hub.calls.get('newRepo')).toBeGreaterThan(0);
  });

  it('passes on how urgent a build is, and never more than it may', async () => {
    const place = await connect().open('f43', 'c1');
    const submit = (key: string, priority: number, target = {}) =>
      connect(target).submit(key, { ...order('slow', 'c1'), priority }, place);
    await submit('late', -10);
    await submit('soon', 10);
    await submit('granted', 10, { priority: -1 });
    const priorities = desk.hub.state.tasks.filter((t) => t.method === 'build').map((t) => t.priority);
    expect(priorities).toEqual([30, 20, 19]);
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
