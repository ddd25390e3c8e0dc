import { connectToHub } from '@millrace/koji';
import { base, commit, handBuild, kojiDesk, settled } from './koji-desk.suite';
import { taskOfRef } from './ref';
import type { KojiRelease, KojiReleases } from './settings';

describe('Koji: what others did', () => {
  const desk = kojiDesk();
  const { connect, order, build, anew } = desk;

  it('says what others took away, once, and nothing of what we did ourselves', async () => {
    const system = connect({ isolation: 'target' });
    const place = await system.open('f43', 'c1');
    const [lib, box] = [await build(system, 'libfoo', 'c1'), await build(system, 'box', 'c1')];
    for (const { ref } of [lib, box]) await system.admit(ref, place);
    const first = await system.seen('f43', null);
    expect(first.withdrawn).toEqual([]);
    const theirs = connectToHub({
      url: desk.hub.url,
      login: { kind: 'password', user: 'maintainer', password: 'secret' },
    });
    await theirs.write.untagBuild('t1', (await theirs.getBuild(lib.nvr!))!.build_id);
    await theirs.close();
    desk.hub.control.deleteBuild(box.nvr!);
    desk.hub.control.blockPackage('t1', 'app');
    const second = await system.seen('f43', first.cursor);
    expect(second.withdrawn).toEqual([
      { ref: lib.ref, component: 'rpm/libfoo', nvr: lib.nvr, how: 'untagged', from: 't1', by: 'maintainer' },
      expect.objectContaining({ ref: box.ref, how: 'deleted' }),
      expect.objectContaining({ component: 'rpm/app', how: 'blocked', from: 't1' }),
    ]);
    expect((await system.seen('f43', second.cursor)).withdrawn).toEqual([]);
  });

  it('finds containers that people build, and does not take a candidate that moved on for one taken away', async () => {
    desk.hub.control.addTag('boxes', { packages: ['box'] });
    desk.hub.control.addTag('boxes-candidate', { parents: ['boxes'] });
    desk.hub.control.addTarget('boxes', 't1-build', 'boxes-candidate');
    const plain = { target: 't1', tag: 't1', isolation: 'target', drafts: false, promote: 'land' } as const;
    const release = { rpm: plain, container: { ...plain, target: 'boxes', tag: 'boxes' } };
    const both = connect({}, 'millrace', 3, { releases: only(release) });
    const first = await both.seen('f43', null);
    const theirs = connectToHub({
      url: desk.hub.url,
      login: { kind: 'password', user: 'maintainer', password: 'secret' },
    });
    const options = { git_branch: 'f43' };
    await theirs.write.buildContainer(`git+${base}/box#${commit}`, 'boxes', options);
    const lib = await handBuild(desk.hub);
    await settled(desk.hub);
    const second = await both.seen('f43', first.cursor);
    expect(second.builds.map((one) => [one.component, one.origin, one.submittedBy]).sort()).toEqual([
      ['container/box', 'hand', 'maintainer'],
      ['rpm/libfoo', 'hand', 'maintainer'],
    ]);
    const [made] = await theirs.listBuildsOf(taskOfRef(`task-${lib}`));
    await theirs.write.moveBuild('t1-candidate', 't1', made!.build_id);
    await settled(desk.hub);
    const third = await both.seen('f43', second.cursor);
    expect(third.withdrawn).toEqual([]);
    await theirs.write.untagBuild('t1', made!.build_id);
    await theirs.close();
    expect((await both.seen('f43', third.cursor)).withdrawn).toMatchObject([{ how: 'untagged', from: 't1' }]);
  });

  it('loses no news though the hub refuses a question, and begins with those of a day', async () => {
    const system = connect();
    const first = await system.seen('f43', null);
    expect(desk.hub.calls.get('getLastEvent')).toBe(2);
    await handBuild(desk.hub);
    const tag = desk.hub.state.tags.find((one) => one.name === 't1-candidate')!;
    const rest = desk.hub.state.tags.splice(desk.hub.state.tags.indexOf(tag), 1);
    await expect(system.seen('f43', first.cursor)).rejects.toMatchObject({ code: 'koji-fault' });
    desk.hub.state.tags.push(...rest);
    expect((await system.seen('f43', first.cursor)).builds).toHaveLength(1);
  });

  it('looks at once when something is said to have happened', async () => {
    const system = connect({}, 'millrace', 3, { pollMs: 60_000 });
    const ref = await system.submit('slow', order('slow', 'c1'), await system.open('f43', 'c1'));
    await system.look([ref]);
    const first = await system.seen('f43', null);
    expect((await system.seen('f43', first.cursor)).cursor).toBe(first.cursor);
    desk.hub.control.endTask(Number(ref.slice('koji.task-'.length)), 'FAILED', 'over');
    const second = system.look([ref]);
    await new Promise((done) => setTimeout(done, 20));
    system.hint!();
    expect((await second)[0]!.state).toBe('failed');
    expect((await system.seen('f43', first.cursor)).builds.map((one) => one.state)).toEqual(['failed']);
  });

  it('watches 1,000 builds with at most one request per 100 tasks and look', async () => {
    await anew({ stepMs: 0 });
    const system = connect({}, 'millrace', 3, { pollMs: 60, capacity: 1000 });
    await system.find('nothing');
    const ids = Array.from({ length: 1000 }, () => desk.hub.control.addTask('build', 'millrace', 1));
    const refs = ids.map((id) => `koji.task-${id}`);
    const before = desk.hub.requests.count;
    const rounds = 5;
    for (let n = 0; n < rounds; n++) {
      const statuses = await Promise.all(refs.map((ref) => system.look([ref])));
      expect(statuses.flat().every((one) => one.state === 'building')).toBe(true);
    }
    expect(desk.hub.requests.count - before).toBeLessThanOrEqual((rounds * ids.length) / 100);
  });

  it('reports builds when they appear and when they end, those of people too, and ours never as theirs', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    const slow = await system.submit('c1/slow', order('slow', 'c1'), place);
    const first = await system.seen('f43', null);
    expect(first.builds.map((b) => b.ref)).toEqual([slow]);
    const id = await handBuild(desk.hub);
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
        [`koji.task-${id}`, 'hand', 'complete', 'f43'],
      ]),
    );
    expect((await system.seen('f43', second.cursor)).builds).toEqual([]);
    expect(await system.evidence(slow)).toMatchObject({ class: 'cancelled' });
  });
});

function only(release: KojiRelease): KojiReleases {
  return { named: () => Promise.resolve(release), all: () => Promise.resolve(new Map([['f43', release]])) };
}
