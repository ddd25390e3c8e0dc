import { startFakeHub, stockBuilds, type FakeHub, type StockedBuild } from '@millrace/koji/fake';
import { connectToHub } from '@millrace/koji';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildSystem, Place } from '../build-system';
import type { LandingBuild } from '../landing-adapter';
import { createKojiBuildSystem } from './koji';

jest.setTimeout(60_000);

const login = (user: string) => ({ login: { kind: 'password', user, password: 'secret' } }) as const;

describe('landing in Koji', () => {
  let hub: FakeHub;
  let dir: string;
  const ends: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-landing-'));
    hub = await startFakeHub({ stepMs: 15 });
    for (const user of ['millrace', 'bob']) hub.control.addUser(user, 'secret', ['admin']);
    hub.control.addTag('f43');
    hub.control.addTag('f43-build', { parents: ['f43'] });
    hub.control.addTarget('f43', 'f43-build', 'f43');
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
    await hub.close();
    await rm(dir, { recursive: true });
  });

  const connect = (): BuildSystem => {
    const target = { target: 'f43', tag: 'f43', isolation: 'side-tag', drafts: true, promote: 'land' } as const;
    const here = new Map([['f43', { rpm: target }]]);
    const system = createKojiBuildSystem({
      ...{ name: 'koji', dir, topUrl: 'https://koji.example', capacity: 7, longestCallMs: 50, pollMs: 5 },
      releases: { named: (name) => Promise.resolve(here.get(name) ?? null), all: () => Promise.resolve(here) },
      hub: { url: hub.url, ...login('millrace'), pace: { tries: 3, intervalMs: 5 } },
    });
    ends.push(() => system.end());
    return system;
  };

  async function stocked(count: number, drafts = true) {
    const system = connect();
    const place = await system.open('f43', 'c1');
    const about = { tag: place.id, base: 'f43', user: 'millrace', release: 'f43', cascade: 'c1', drafts };
    const made = stockBuilds(hub.state, { count, ...about });
    const builds = made.map(({ task, name, nvr }): LandingBuild => ({
      ref: `koji.task-${task}`,
      component: `rpm/${name}`,
      nvr,
    }));
    return { system, place, made, builds };
  }

  const inBase = (): number[] => {
    const { id } = hub.state.tags.find((tag) => tag.name === 'f43')!;
    return hub.state.taggings
      .filter((row) => row.tag_id === id && row.revoke_event === null)
      .map((row) => row.build_id);
  };
  const asBob = async (act: (bob: ReturnType<typeof connectToHub>) => Promise<unknown>): Promise<void> => {
    const bob = connectToHub({ url: hub.url, ...login('bob') });
    await act(bob);
    await bob.close();
  };
  const untag = (tag: string, { build }: StockedBuild) => asBob((bob) => bob.write.untagBuild(tag, build as never));
  const hindrances = async (system: BuildSystem, place: Place, builds: readonly LandingBuild[]) =>
    (await system.landing!.look(place, builds)).map((look) => look.hindrance?.kind ?? (look.there ? 'there' : null));

  it('brings 500 builds in with few requests, makes them final, and hears nothing of its own doing', async () => {
    const { system, place, builds } = await stocked(500);
    const { cursor } = await system.seen('f43', null);
    const before = hub.requests.count;
    expect(await hindrances(system, place, builds)).toEqual(Array(500).fill(null));
    expect(hub.requests.count - before).toBeLessThan(60);
    for (const phase of [0, 1]) {
      for (let n = 0; n < builds.length; n += 100)
        await system.landing!.execute(place, builds.slice(n, n + 100), phase);
    }
    expect(inBase()).toHaveLength(500);
    expect(hub.state.builds.filter((build) => build.draft)).toEqual([]);
    expect(hub.calls.get('tagBuild')).toBe(500);
    expect(hub.requests.count - before).toBeLessThan(500 * 2.6);
    const news = await system.seen('f43', cursor);
    expect([news.builds, news.withdrawn]).toEqual([[], []]);
    await system.close(
      place,
      'landed',
      builds.map((one) => one.ref),
    );
    expect(hub.state.tags.filter((tag) => tag.sideOf !== null)).toEqual([]);
  });

  it('does nothing twice, wherever it was cut off', async () => {
    const { system, place, builds } = await stocked(20);
    await system.landing!.execute(place, builds.slice(0, 7), 0);
    await connect().landing!.execute(place, builds, 0);
    await connect().landing!.execute(place, builds, 1);
    await connect().landing!.execute(place, builds, 1);
    expect([hub.calls.get('tagBuild'), hub.calls.get('promoteBuild'), inBase().length]).toEqual([20, 20, 20]);
  });

  it('takes out what it has brought, and leaves what others have put there', async () => {
    const { system, place, builds, made } = await stocked(6);
    await asBob((bob) => bob.write.tagBuild('f43', made[0]!.build as never));
    await new Promise((done) => setTimeout(done, 100));
    await system.landing!.execute(place, builds, 0);
    expect(inBase()).toHaveLength(6);
    await system.landing!.undo(place, [...builds].reverse());
    await connect().landing!.undo(place, [...builds].reverse());
    expect(inBase()).toEqual([made[0]!.build]);
    expect(hub.calls.get('untagBuild')).toBe(5);
  });

  it('never tags what a person has untagged, from the base or from the side tag', async () => {
    const { system, place, builds, made } = await stocked(4);
    await system.landing!.execute(place, builds.slice(0, 1), 0);
    await untag('f43', made[0]!);
    await untag(place.id, made[1]!);
    expect(await hindrances(system, place, builds)).toEqual(['untagged', 'untagged', null, null]);
    await expect(system.landing!.execute(place, builds, 0)).rejects.toMatchObject({
      code: 'landing-overtaken',
      kind: 'conflict',
    });
    expect(inBase()).toEqual([]);
  });

  it('never tags over something newer, nor what is deleted, blocked, or could not become final', async () => {
    const { system, place, builds, made } = await stocked(5);
    const [newer, deleted, blocked, taken] = made as [StockedBuild, StockedBuild, StockedBuild, StockedBuild];
    const like = (of: StockedBuild, version: string, release: string): void => {
      const row = hub.state.builds.find((one) => one.id === of.build)!;
      const id = ++hub.state.lastId;
      hub.state.builds.push({ ...row, id, version, release, task_id: null, draft: false });
      const { id: tag } = hub.state.tags.find((one) => one.name === 'f43')!;
      if (version !== '1')
        hub.state.taggings.push({ build_id: id, tag_id: tag, create_event: ++hub.state.lastEvent, revoke_event: null });
    };
    like(newer, '2', '1');
    hub.control.deleteBuild(deleted.build);
    hub.control.blockPackage('f43', blocked.name);
    like(taken, '1', '1');
    expect(await hindrances(system, place, builds)).toEqual(['newer-in-base', 'withdrawn', 'other', 'nvr-taken', null]);
  });

  it('lands again after it was taken back, though its side tag has gone; not what a person untagged since', async () => {
    const { system, place, builds, made } = await stocked(3);
    for (const phase of [0, 1]) await system.landing!.execute(place, builds, phase);
    await system.close(
      place,
      'landed',
      builds.map((one) => one.ref),
    );
    expect(hub.state.tags.filter((tag) => tag.sideOf !== null)).toEqual([]);
    await system.landing!.undo(place, [...builds].reverse());
    expect(await hindrances(system, place, builds)).toEqual([null, null, null]);
    for (const phase of [0, 1]) await system.landing!.execute(place, builds, phase);
    expect(inBase()).toHaveLength(3);
    await untag('f43', made[0]!);
    expect(await hindrances(system, place, builds)).toEqual(['untagged', 'there', 'there']);
  });

  it('lands late what was kept', async () => {
    const { system, place, builds } = await stocked(3);
    await system.close(place, 'kept');
    for (const phase of [0, 1]) await system.landing!.execute(place, builds, phase);
    await system.close(
      place,
      'landed',
      builds.map((one) => one.ref),
    );
    expect(inBase()).toHaveLength(3);
    expect(await system.repository('f43', 'c1')).toEqual(await system.repository('f43', null));
  });
});
