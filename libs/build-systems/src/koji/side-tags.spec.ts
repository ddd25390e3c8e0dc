import { connectToHub } from '@millrace/koji';
import type { FakeHub } from '@millrace/koji/fake';
import type { BuildRef, BuildSystem, Order, SideTags } from '../index';
import { kojiWorld } from './test-world';

const release = 'mini.1';
const commit = '0123456789012345678901234567890123456789';

describe('side tags of a hub', () => {
  let world: Awaited<ReturnType<typeof kojiWorld>>;
  let hub: FakeHub;
  let system: BuildSystem;
  let tags: SideTags;
  beforeEach(async () => {
    world = await kojiWorld();
    hub = world.hub;
    system = world.connect();
    tags = system.sideTags!;
  });
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await world.destroy();
    for (const end of ends.splice(0)) await end();
  });

  const order = (name: string, cascade: string, more: Partial<Order> = {}): Order => ({
    ...{ release, component: `rpm/${name}`, cascade, generation: 1, pass: 1, macros: {}, bootstrap: false },
    ...{ source: { kind: 'git', url: `https://src.example/rpms/${name}`, commit }, needs: [], siblings: [] },
    ...more,
  });
  const ended = async (ref: BuildRef) => {
    for (;;) {
      const [status] = await system.look([ref]);
      if (['complete', 'failed', 'cancelled'].includes(status!.state)) return status!;
    }
  };
  const build = async (name: string, cascade: string, more: Partial<Order> = {}) => {
    const place = await system.open(release, cascade);
    const status = await ended(
      await system.submit(`${cascade}/${name}/${more.dist ?? ''}`, order(name, cascade, more), place),
    );
    return { ...status, place };
  };
  const admitted = async (name: string, cascade: string) => {
    const made = await build(name, cascade);
    await system.admit(made.ref, made.place);
    return made;
  };
  const inTag = (name: string) => {
    const tag = hub.state.tags.find((one) => one.name === name)!;
    const there = hub.state.taggings.filter((one) => one.tag_id === tag.id && one.revoke_event === null);
    return there.map((one) => hub.state.builds.find((b) => b.id === one.build_id)!.name).sort();
  };
  const asPerson = async <T>(act: (hand: ReturnType<typeof connectToHub>) => Promise<T>): Promise<T> => {
    const login = { kind: 'password', user: 'maintainer', password: 'secret' } as const;
    const hand = connectToHub({ url: hub.url, login, pace: { tries: 3, intervalMs: 5 } });
    return act(hand).finally(() => hand.close());
  };
  const personsTag = (base = 't1-build') =>
    asPerson(async (hand) => {
      const made = await hand.write.createSideTag(base);
      return made.kind === 'answered' ? made.value.name : '';
    });

  it('are listed with what is in them, whose they are, and what did not land', async () => {
    const lib = await admitted('libgear', 'c1-a');
    const foreign = await personsTag();
    const [own, ...others] = await tags.list(release);
    expect(others).toEqual([]);
    expect(own).toMatchObject({ tag: lib.place.id, release, cascade: 'c1-a', use: 'cascade', own: true, there: true });
    expect(own).toMatchObject({ owner: 'millrace', base: 't1-build', builds: 1, unlanded: [lib.nvr], closed: null });
    expect(Date.parse(own!.createdAt!)).toBeGreaterThan(Date.now() - 3_600_000);
    const all = await tags.list(release, { others: true });
    expect(all.find((one) => one.tag === foreign)).toMatchObject({ owner: 'maintainer', own: false, use: 'none' });
  });

  it('of ours are removed when nobody builds there and everything has landed, once', async () => {
    const lib = await admitted('libgear', 'c1-a');
    await expect(tags.remove(lib.place.id, release)).rejects.toMatchObject({ code: 'side-tag-used' });
    await system.close(lib.place, 'cancelled');
    const refusal = { code: 'side-tag-unlanded', message: expect.stringContaining(lib.nvr!) as string };
    await expect(tags.remove(lib.place.id, release)).rejects.toMatchObject(refusal);
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'removeSideTag' });
    await tags.remove(lib.place.id, release, { unlanded: true });
    await tags.remove(lib.place.id, release);
    expect(hub.control.has(lib.place.id)).toBe(false);
    const foreign = await personsTag();
    for (const user of hub.state.users) Object.assign(user, { perms: [] });
    await expect(tags.remove(foreign, release)).rejects.toMatchObject({ code: 'side-tag-foreign', kind: 'forbidden' });
    await expect(tags.remove('t1', release)).rejects.toMatchObject({ code: 'side-tag-none' });
  });

  it('that nothing here knows of are orphans: ours by their owner', async () => {
    const login = { kind: 'password', user: 'millrace', password: 'secret' } as const;
    const other = connectToHub({ url: hub.url, login });
    const made = await other.write.createSideTag('t1-build');
    await other.close();
    const [orphan] = await tags.list(release);
    expect(orphan).toMatchObject({ use: 'none', cascade: null, own: true, unlanded: [] });
    await tags.remove(orphan!.tag, release);
    expect(made.kind === 'answered' && hub.control.has(made.value.name)).toBe(false);
  });

  it('that a person made become the place of a cascade, with what was validated before', async () => {
    const lib = await admitted('libgear', 'c1-a');
    const theirs = await personsTag();
    await tags.check(theirs, release, 'c1-a');
    await tags.adopt(theirs, release, 'c1-a');
    const { place } = await tags.adopt(theirs, release, 'c1-a');
    expect([place.id, (await system.open(release, 'c1-a')).id, inTag(theirs)]).toEqual([theirs, theirs, ['libgear']]);
    const app = await build('gearbox', 'c1-a', { needs: [lib.ref] });
    expect(app).toMatchObject({ state: 'complete', builtFrom: { place: theirs } });
    const [former, adopted] = [lib.place.id, theirs].map((tag) => ({ tag }));
    expect(await tags.list(release)).toMatchObject([
      { ...former, use: 'former', unlanded: [] },
      { ...adopted, use: 'cascade', adopted: true, owner: 'maintainer', own: false },
    ]);
    await tags.remove(lib.place.id, release);
    await system.close(place, 'landed');
    expect([hub.control.has(theirs), inTag('t1')]).toEqual([true, ['libgear']]);
  });

  it('are adopted with the builds that are in them', async () => {
    const theirs = await personsTag();
    const hand = await asPerson(async (other) => {
      const made = await other.write.build(`git+https://src.example/rpms/libgear#${commit}`, theirs, {});
      return made.kind === 'answered' ? `koji.task-${made.value}` : '';
    });
    await ended(hand);
    const { builds } = await tags.adopt(theirs, release, 'c1-a');
    expect(builds).toMatchObject([{ ref: hand, origin: 'hand', state: 'complete', submittedBy: 'maintainer' }]);
  });

  it.each([
    ['a tag that is none', () => Promise.resolve('t9'), 'side-tag-unknown'],
    ['a tag that is no side tag', () => Promise.resolve('t1'), 'side-tag-none'],
    ['one of another build tag', (make: typeof personsTag) => make('t1-candidate'), 'side-tag-elsewhere'],
  ])('are not adopted: %s', async (_, tag, code) => {
    const refused = await tags.check(await tag(personsTag), release, 'c1-a').catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code, remedy: expect.any(String) as string });
  });

  it('are not adopted when another cascade has them, the place is closed, or the hub lets nobody else tag there', async () => {
    const theirs = await personsTag();
    hub.control.setPolicy('tag', 'deny only owners tag into side tags');
    const refusal = {
      code: 'side-tag-refused',
      kind: 'forbidden',
      message: expect.stringContaining('maintainer') as string,
    };
    await expect(tags.check(theirs, release, 'c1-a')).rejects.toMatchObject(refusal);
    hub.control.setPolicy('tag', 'allow');
    await tags.adopt(theirs, release, 'c1-a');
    await expect(tags.check(theirs, release, 'c2-b')).rejects.toMatchObject({ code: 'side-tag-taken' });
    await system.close(await system.open(release, 'c1-a'), 'kept');
    await expect(tags.check(theirs, release, 'c1-a')).rejects.toMatchObject({ code: 'place-closed' });
  });

  it('that somebody deletes are seen, and made anew with what was in them, not with what a person untagged', async () => {
    const lib = await admitted('libgear', 'c1-a');
    const app = await admitted('gearbox', 'c1-a');
    const { cursor } = await system.seen(release, null);
    await asPerson((other) => other.write.untagBuild(lib.place.id, buildIdOf(app.nvr!)));
    hub.control.deleteTag(lib.place.id, 'maintainer');
    const news = await system.seen(release, cursor);
    expect(news.gone).toEqual([{ tag: lib.place.id, cascade: 'c1-a', by: 'maintainer' }]);
    expect(news.withdrawn).toEqual([]);
    expect((await system.seen(release, news.cursor)).gone).toHaveLength(1);
    const late = system.submit('late', order('libgear', 'c1-a'), lib.place);
    await expect(late).rejects.toMatchObject({ code: 'side-tag-gone', kind: 'unavailable' });
    Object.assign(hub.trouble, { loseAnswers: 1, loseOf: 'createSideTag' });
    const made = await tags.restore(release, 'c1-a');
    expect(made).toEqual({ tag: (await system.open(release, 'c1-a')).id, builds: [lib.nvr] });
    expect(await tags.restore(release, 'c1-a')).toEqual({ tag: made.tag, builds: [] });
    expect([made.tag === lib.place.id, inTag(made.tag)]).toEqual([false, ['libgear']]);
    expect((await system.seen(release, news.cursor)).gone).toEqual([]);
    hub.control.deleteTag(made.tag);
    const third = await tags.restore(release, 'c1-a');
    expect([third.tag === made.tag, inTag(third.tag)]).toEqual([false, ['libgear']]);
  });

  const buildIdOf = (nvr: string) =>
    hub.state.builds.find((b) => `${b.name}-${b.version}-${b.release}` === nvr)!.id as never;

  it('give rebuilds their NVRs by a dist, one for all first builds, another for one that is built again', async () => {
    const first = await build('libgear', 'c1-a', { dist: '.fc43.mr1' });
    const macros = (tag: string) => hub.state.tags.find((one) => one.name === tag)!.macros;
    expect(macros(first.place.id)).toEqual({ dist: '.fc43.mr1' });
    expect(first.builtFrom!.place).toBe(first.place.id);
    const again = await build('libgear', 'c1-a', { dist: '.fc43.mr1.1.2' });
    expect(again.builtFrom!.place).not.toBe(first.place.id);
    expect(macros(again.builtFrom!.place)).toEqual({ dist: '.fc43.mr1.1.2' });
    expect(macros(first.place.id)).toEqual({ dist: '.fc43.mr1' });
    const pass = { dist: '.fc43.mr1~bootstrap', macros: { _with_bootstrap: '1' }, bootstrap: true };
    const marked = await build('ring-a', 'c1-a', pass);
    expect(macros(marked.builtFrom!.place)).toEqual({ _with_bootstrap: '1', dist: '.fc43.mr1~bootstrap' });
    hub.control.deleteTag(marked.builtFrom!.place);
    const beside = await system.submit('c1-a/ring-a/again', order('ring-a', 'c1-a', pass), marked.place);
    expect((await ended(beside)).state).toBe('complete');
  });

  it('may have no dist where the build tag allows no macros: the refusal says what helps', async () => {
    Object.assign(
      hub.state.tags.find((one) => one.name === 't1-build')!,
      { extra: { sidetag_rpm_macros_allowed: ['_with*'] } },
    );
    const refused = await build('libgear', 'c1-a', { dist: '.fc43.mr1' }).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({
      ...{ code: 'koji-macros-refused', kind: 'invalid' },
      remedy: expect.stringMatching(/^koji edit-tag t1-build -x .*dist.*nvr: commit/) as string,
    });
  });

  it('are refused by a quota in words that help, and not before', async () => {
    hub.control.setSideTagQuota(1);
    await system.open(release, 'c1-a');
    await expect(system.open(release, 'c2-b')).rejects.toMatchObject({
      ...{ code: 'side-tag-quota', kind: 'unavailable' },
      message: expect.stringMatching(/millrace, who has 1 side tags, make no other of t1-build.*too many/) as string,
      remedy: expect.stringContaining('millrace sidetag clean') as string,
    });
    hub.control.setSideTagQuota(2);
    expect((await system.open(release, 'c2-b')).cascade).toBe('c2-b');
  });

  it('show what moved in the base meanwhile, and keep what it had where that is wanted; it never lands', async () => {
    const landed = async () => {
      const ref = await world.makeByHand('library', null);
      const { nvr } = await ended(ref);
      await asPerson((other) => other.write.moveBuild('t1-candidate', 't1', buildIdOf(nvr!)));
      while (!inTag('t1').includes('libgear') || hub.state.tasks.some((one) => one.state < 2))
        await new Promise((done) => setTimeout(done, 5));
      return { ref, nvr };
    };
    const before = await landed();
    const place = await system.open(release, 'c1-a');
    const { cursor } = await system.seen(release, null);
    const after = await landed();
    const { moved } = await system.seen(release, cursor);
    const was = { nvr: before.nvr, build: before.ref };
    expect(moved).toEqual([{ component: 'rpm/libgear', nvr: after.nvr, build: after.ref, was, by: 'maintainer' }]);
    const news = await system.seen(release, cursor);
    await tags.pin(release, 'c1-a', before.ref);
    await tags.pin(release, 'c1-a', before.ref);
    const ours = await system.seen(release, news.cursor);
    expect([ours.builds, ours.moved]).toEqual([[], []]);
    const app = await build('gearbox', 'c1-a');
    expect((await system.contents(app.ref)).inputs.map((one) => one.nvr)).toEqual([before.nvr]);
    await system.admit(app.ref, place);
    const taggings = hub.state.taggings.length;
    await system.close(place, 'landed');
    expect([hub.state.taggings.length - taggings, inTag('t1')]).toEqual([1, ['gearbox', 'libgear', 'libgear']]);
  });

  it('of a release are as many as it may have, and go when a cascade is given up, where it says so', async () => {
    const strict = await kojiWorld({ base: 'follow', when_deleted: 'ask', keep_on_failure: false, most: 1 });
    ends.push(() => strict.destroy());
    const own = strict.connect();
    const place = await own.open(release, 'c1-a');
    await expect(own.open(release, 'c2-b')).rejects.toMatchObject({
      ...{ code: 'side-tag-quota', kind: 'unavailable', message: expect.stringContaining('c1-a') as string },
    });
    expect(await own.open(release, 'c1-a')).toEqual(place);
    await own.close(place, 'cancelled');
    await own.close(place, 'cancelled');
    expect(strict.hub.control.has(place.id)).toBe(false);
    const next = await own.open(release, 'c2-b');
    await own.close(next, 'kept');
    expect(strict.hub.control.has(next.id)).toBe(true);
    const kept = await system.open(release, 'c1-a');
    await system.close(kept, 'cancelled');
    expect(hub.control.has(kept.id)).toBe(true);
  });
});
