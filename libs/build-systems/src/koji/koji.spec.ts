import { ended } from '../build-system-world';
import { base, commit, kojiDesk, recipes } from './koji-desk.suite';

describe('Koji as a build system', () => {
  const desk = kojiDesk();
  const { connect, order, build, sideTags } = desk;

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
    const t1 = desk.hub.state.tags.find((t) => t.name === 't1')!;
    expect(desk.hub.state.taggings.filter((t) => t.tag_id === t1.id)).toHaveLength(2);
    expect(await system.close(place, 'landed')).toEqual(await system.repository('f43', null));
    expect(sideTags()).toEqual([(await system.open('f43', 'c2')).id]);
    expect(await connect().repository('f43', 'c1')).toEqual(await system.repository('f43', null));
    await expect(system.submit('late', order('libfoo', 'c1'), place)).rejects.toMatchObject({ code: 'place-closed' });
    expect((await system.look([app.ref]))[0]).toMatchObject({ state: 'complete', nvr: app.nvr });
  });

  it('says what the builders of its releases bear', async () => {
    const idle = { up: 1, hosts: 1, capacity: 4, load: 0, architectures: ['aarch64', 'x86_64'] };
    const before = await connect().load!();
    const channels = ['default', 'container'].map((name) => ({ ...idle, name, waiting: 0 }));
    expect(before).toMatchObject([{ ...idle, name: 'all', waiting: null }, ...channels]);
    desk.hub.control.holdTasks(true);
    const place = await connect().open('f43', 'c1');
    await connect().submit('waits', order('libfoo', 'c1'), place);
    const [, channel] = await connect().load!();
    expect(channel!.waiting).toBeGreaterThan(0);
  });

  it('asks again for a repository whose request came to nothing', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    desk.hub.control.holdTasks(true);
    const wanted = { ...order('box', 'c1', [lib.ref]), component: 'container/box' };
    const first = system.submit('c1/box', wanted, place).catch((thrown: unknown) => thrown);
    while (!desk.hub.state.repoRequests.some((one) => one.active)) await new Promise((done) => setTimeout(done, 5));
    for (const one of desk.hub.state.repoRequests.filter((each) => each.active)) {
      one.active = false;
      desk.hub.control.endTask(one.task_id, 'FAILED', 'createrepo failed');
    }
    expect(await first).toMatchObject({ code: 'koji-repo-not-made', kind: 'unavailable' });
    desk.hub.control.holdTasks(false);
    expect((await ended(system, await system.submit('c1/box', wanted, place))).state).toBe('complete');
  });

  it('knows how long builds take there', async () => {
    const system = connect();
    await build(system, 'libfoo', 'c1');
    const known = await system.durations!(['rpm/libfoo', 'rpm/app', 'container/box']);
    expect([...known.keys()]).toEqual(['rpm/libfoo']);
    expect(known.get('rpm/libfoo')).toBeGreaterThan(0);
    expect(await system.who!()).toBe('millrace');
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
      desk.hub.control.addSource(`git+${base}/broken`, { ...recipes['broken']!, log });
      const failed = await build(system, 'broken', key);
      const { summary, tail } = await system.evidence(failed.ref);
      expect(summary).toContain('gear_wheels');
      expect(tail.endsWith('(%build)\n') || tail.endsWith('(%build)')).toBe(true);
    }
  });
});
