import { connectToBodhi } from '@millrace/bodhi';
import { startFakeBodhi, type FakeBodhi } from '@millrace/bodhi/fake';
import {
  createKojiBuildSystem,
  type BuildSystem,
  type LandingAdapter,
  type LandingBuild,
  type Place,
} from '@millrace/build-systems';
import { startFakeHub, type FakeHub } from '@millrace/koji/fake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseRow } from '../domain/state';
import { bodhiLander } from './bodhi-landing';

const commit = '0123456789012345678901234567890123456789';

/** A cascade on a fake hub that lands by an update in a fake Bodhi, which asks that hub about its side tag. */
describe('landing by an update in Bodhi', () => {
  let hub: FakeHub;
  let fake: FakeBodhi;
  let dir: string;
  let system: BuildSystem & { end(): Promise<void> };
  let place: Place;
  let builds: readonly LandingBuild[];
  const stable: string[] = [];

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'millrace-bodhi-'));
    hub = await startFakeHub();
    layOut(hub);
    fake = await startFakeBodhi({ tag: (name) => tagIn(hub, name), onStable: (nvrs) => void stable.push(...nvrs) });
    fake.addToken('secret', 'millrace');
    system = connect();
    place = await system.open('t1', 'c1');
    builds = [await build('libfoo'), await build('app')];
    // Somebody tries something out in the same side tag: it is none of the cascade's.
    await build('stray');
  });
  afterEach(async () => {
    await system.end();
    await fake.stop();
    await hub.close();
    rmSync(dir, { recursive: true, force: true });
    stable.length = 0;
  });

  function connect() {
    const target = { target: 't1', tag: 't1', isolation: 'side-tag', drafts: true, promote: 'land' } as const;
    const releases = new Map([['t1', { rpm: target }]]);
    return createKojiBuildSystem({
      ...{ name: 'koji', dir, topUrl: 'http://127.0.0.1:9', capacity: 4, longestCallMs: 50, pollMs: 5 },
      releases: { named: (name) => Promise.resolve(releases.get(name) ?? null), all: () => Promise.resolve(releases) },
      hub: {
        url: hub.url,
        login: { kind: 'password', user: 'millrace', password: 'secret' },
        pace: { tries: 3, intervalMs: 5 },
      },
    });
  }

  async function build(name: string): Promise<LandingBuild> {
    const component = `rpm/${name}`;
    const source = { kind: 'git', url: `https://src.example/${name}`, commit } as const;
    const rest = { generation: 1, pass: 1, macros: {}, bootstrap: false, needs: [], siblings: [] };
    const ref = await system.submit(name, { release: 't1', cascade: 'c1', component, source, ...rest }, place);
    for (;;) {
      const [status] = await system.look([ref]);
      if (status!.state !== 'complete') continue;
      await system.admit(ref, place);
      return { ref, component, nvr: status!.nvr! };
    }
  }

  const lander = (policy: object = {}): LandingAdapter => {
    const release = { id: 't1', definition: { title: 'T1', landing_policy: { then: 'ask', ...policy } } };
    const bodhi = connectToBodhi({ url: fake.url, token: () => 'secret' });
    return bodhiLander(new Map([['koji', system]]), bodhi)(release as unknown as ReleaseRow, 'koji');
  };
  const only = () => {
    expect(fake.updates).toHaveLength(1);
    return fake.updates[0]!;
  };
  const names = () => only().builds.map((nvr) => nvr.split('-')[0]);

  it('makes one update with the builds of the cascade alone, by their final names, and waits until it is stable', async () => {
    expect(builds[0]!.nvr).toContain(',draft_');
    fake.loseAnswers(1);
    await lander()
      .execute(place, builds, 0)
      .catch(() => undefined);
    expect((await lander().execute(place, builds, 0)).waits).toMatch(/FEDORA-\S+ is pending .*gate of .* is waiting/);
    expect([names(), only().from_tag, only().builds.join().includes('draft')]).toEqual([
      ['libfoo', 'app'],
      place.id,
      false,
    ]);
    const { alias } = only();
    fake.push(alias, 'testing');
    fake.gate(alias, 'passed');
    expect((await lander().execute(place, builds, 0)).waits).toMatch(/has passed; it waits to become stable/);
    expect(only().request).toBeNull();
    expect(await lander().shipped!(place, builds)).toBeNull();
    fake.push(alias, 'stable');
    expect(await lander().execute(place, builds, 0)).toEqual({ waits: null });
    expect(stable).toHaveLength(2);
    expect(await lander().shipped!(place, builds)).toBe(`update ${alias}`);
    await expect(lander().undo(place, builds)).rejects.toMatchObject({ code: 'landing-shipped', kind: 'conflict' });
  });

  it('asks for the push itself where that is wanted, once its gate has passed', async () => {
    const asking = lander({ bodhi: { type: 'security', severity: 'high', stable: 'request' } });
    await asking.execute(place, builds, 0);
    const { alias } = only();
    fake.push(alias, 'testing');
    await asking.execute(place, builds, 0);
    expect([only().type, only().request]).toEqual(['security', null]);
    fake.gate(alias, 'passed');
    expect((await asking.execute(place, builds, 0)).waits).toContain('waits for the push to stable');
    expect(only().request).toBe('stable');
    expect((await asking.execute(place, builds, 0)).waits).toContain('it waits to become stable');
  });

  it('takes the verdict of its gate: failed, it goes back, and comes again by the same update', async () => {
    await lander().execute(place, builds, 0);
    fake.gate(only().alias, 'failed', ['fedora-ci.koji-build.installability']);
    await expect(lander().execute(place, builds, 0)).rejects.toMatchObject({
      ...{ code: 'bodhi-gate-failed', kind: 'conflict' },
      message: expect.stringContaining('fedora-ci.koji-build.installability') as string,
    });
    await lander().undo(place, builds);
    await lander().undo(place, builds);
    expect([only().status, only().comments.length]).toEqual(['unpushed', 1]);
    expect((await lander().execute(place, builds.slice(0, 1), 0)).waits).toContain('pending');
    expect(names()).toEqual(['libfoo']);
  });

  it('does not bring back what somebody else took back', async () => {
    await lander().execute(place, builds, 0);
    fake.set(only().alias, 'unpushed');
    await expect(lander().execute(place, builds, 0)).rejects.toMatchObject({
      code: 'bodhi-withdrawn',
      kind: 'conflict',
    });
    fake.set(only().alias, 'testing');
    await lander().undo(place, builds);
    await lander().execute(place, builds, 0);
    fake.set(only().alias, 'obsolete');
    await expect(lander().execute(place, builds, 0)).rejects.toMatchObject({ code: 'bodhi-withdrawn' });
  });

  it('looks at the release as the build system does', async () => {
    const [first] = await lander().look(place, builds);
    expect(first).toMatchObject({ ref: builds[0]!.ref, there: false, hindrance: null });
  });
});

function layOut({ control }: FakeHub): void {
  control.addUser('millrace', 'secret', ['admin']);
  control.addTag('t1', { packages: ['libfoo', 'app', 'stray'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1');
  for (const name of ['libfoo', 'app', 'stray'])
    control.addSource(`git+https://src.example/${name}`, { name, version: '2', release: '1' });
}

/** What Bodhi asks Koji of a tag. */
function tagIn({ state }: FakeHub, name: string) {
  const tag = state.tags.find((one) => one.name === name);
  if (!tag) return null;
  const there = state.taggings.filter((one) => one.tag_id === tag.id && one.revoke_event === null);
  const builds = there.map(({ build_id }) => state.builds.find((one) => one.id === build_id)!);
  const owner = state.users.find((one) => one.id === tag.owner)?.name ?? null;
  return { builds: builds.map((b) => `${b.name}-${b.version}-${b.release}`), sideTag: tag.sideOf !== null, owner };
}
