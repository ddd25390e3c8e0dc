import { describeBase } from './base-look.suite';
import { describeInventory } from './inventory.suite';
import { describeLife, describeNews, describePlaces } from './build-system-places.suite';
import {
  buildOne,
  ended,
  orderOf,
  startOne,
  untilBuilding,
  type BuildSystemWorld,
  type SampleName,
  type World,
} from './build-system-world';

/** What every build system promises, whichever it is. */
export function describeBuildSystem(name: string, makeWorld: () => Promise<BuildSystemWorld>): void {
  describe(`${name} as a build system`, () => {
    let world: BuildSystemWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(() => world.destroy());

    describeSubmission(() => world);
    describeEnds(() => world);
    describePlaces(() => world);
    describeLife(() => world);
    describeNews(() => world);
    describeInventory(() => world);
    describeBase(() => world);
  });
}

function describeSubmission(world: World): void {
  it('makes one build of one key, however often and from wherever it is submitted', async () => {
    const place = await world().connect().open(world().release, 'once');
    const order = orderOf(world(), 'library', 'once');
    const submit = () => world().connect().submit('once/library', order, place);
    const refs = await Promise.all([submit(), submit(), submit(), submit()]);
    expect(new Set(refs).size).toBe(1);
    const [status] = await world().connect().look([refs[0]!]);
    expect(status).toMatchObject({ key: 'once/library', origin: 'cascade', cascade: 'once', bootstrap: false });
    const done = await ended(world().connect(), refs[0]!);
    expect(await submit()).toBe(done.ref);
    const { builds } = await world().connect().seen(world().release, null);
    expect(builds.filter((b) => b.key === 'once/library')).toEqual([done]);
  });

  it('finds a build by its key after a restart, and none that was never submitted', async () => {
    const place = await world().connect().open(world().release, 'find');
    expect(await world().connect().find('find/library')).toBeNull();
    const ref = await world()
      .connect()
      .submit('find/library', orderOf(world(), 'library', 'find'), place);
    expect(await world().connect().find('find/library')).toBe(ref);
    expect((await ended(world().connect(), ref)).state).toBe('complete');
  });

  it('gives each build an NVR of its own', async () => {
    const builds = await Promise.all(['a', 'b'].map((key) => buildOne(world(), 'library', 'nvr', key)));
    expect(new Set(builds.map((b) => b.nvr)).size).toBe(2);
  });

  it('refuses a ref that is none', async () => {
    await expect(world().connect().look(['../../etc'])).rejects.toMatchObject({ kind: 'invalid' });
    await expect(world().connect().look(['unheard-of'])).rejects.toMatchObject({ kind: 'missing' });
  });
}

function describeEnds(world: World): void {
  it.each([
    ['does-not-compile', 'compile', /gear_wheels/],
    ['fails-its-test', 'test', /wheel turns backwards/],
    ['program', 'dependencies', /libgear-devel/],
  ] as const)('classes %s alone in a place as %s and names the error', async (sample, failureClass, summary) => {
    const build = await buildOne(world(), sample, 'failures', 'alone');
    expect(build).toMatchObject({ state: 'failed', repository: null });
    const evidence = await world().connect().evidence(build.ref);
    expect(evidence).toMatchObject({ class: failureClass, summary: expect.stringMatching(summary) as string });
    expect(evidence.tail).toMatch(summary);
    expect(Buffer.byteLength(evidence.tail)).toBeLessThanOrEqual(8192);
    expect(evidence.logs.length).toBeGreaterThan(0);
    await expect(world().connect().contents(build.ref)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('gives equal causes equal signatures, and others another', async () => {
    const signatureOf = async (sample: SampleName, key: string) => {
      const { ref } = await buildOne(world(), sample, 'signatures', key);
      return (await world().connect().evidence(ref)).signature;
    };
    const first = await signatureOf('does-not-compile', 'first');
    expect(await signatureOf('does-not-compile', 'second')).toBe(first);
    expect(await signatureOf('fails-its-test', 'third')).not.toBe(first);
  });

  it('says infrastructure of a build that was killed from outside', async () => {
    const ref = await startOne(world(), 'endless', 'kills', 'killed');
    await untilBuilding(world().connect(), ref);
    await world().kill(ref);
    expect(await ended(world().connect(), ref)).toMatchObject({ state: 'failed' });
    expect(await world().connect().evidence(ref)).toMatchObject({ class: 'infrastructure' });
  });

  it('cancels a running build, for good', async () => {
    const ref = await startOne(world(), 'endless', 'kills', 'cancelled');
    await untilBuilding(world().connect(), ref);
    // Somebody who looks at that very moment must not take it for a death.
    const looks = Array.from({ length: 20 }, () => world().connect().look([ref]));
    await Promise.all([world().connect().cancel(ref), ...looks, world().connect().seen(world().release, null)]);
    const [status] = await world().connect().look([ref]);
    expect(status!.state).toBe('cancelled');
    expect(await world().connect().evidence(ref)).toMatchObject({ class: 'cancelled' });
    await world().connect().cancel(ref);
    expect(await world().connect().look([ref])).toEqual([status]);
  });

  it('leaves an ended build as it is when it is cancelled', async () => {
    const build = await buildOne(world(), 'library', 'kills', 'done');
    await world().connect().cancel(build.ref);
    expect(await world().connect().look([build.ref])).toEqual([build]);
  });
}
