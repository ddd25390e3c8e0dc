import type { SourceRef } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { BuildRef, BuildStatus, BuildSystem, Order, Place } from './build-system';

/** Sources that every world can build, by what they are for. */
export type SampleName =
  | 'library'
  /** Builds only when `library` is in its place. */
  | 'program'
  | 'does-not-compile'
  | 'fails-its-test'
  /** Builds until somebody ends it. */
  | 'endless'
  /** Needs `ring-b`, except in its bootstrap. */
  | 'ring-a'
  /** Needs `ring-a`. */
  | 'ring-b';

export interface Sample {
  readonly component: ComponentId;
  readonly source: SourceRef;
  /** Of a bootstrap pass. */
  readonly bootstrapMacros?: Readonly<Record<string, string>>;
}

/** A build system with nothing in it, and what a test does to it from outside. */
export interface BuildSystemWorld {
  readonly release: string;
  /** As another process sees it, with nothing in memory: called again it is as after a restart. */
  connect(): BuildSystem;
  sample(name: SampleName): Sample;
  /** Ends whatever works on the build, without a word. */
  kill(ref: BuildRef): Promise<void>;
  /** A maintainer's build, past the scheduler: against the cascade's place, or the release's own. */
  makeByHand(name: SampleName, cascade: string | null): Promise<BuildRef>;
  destroy(): Promise<void>;
}

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
  });
}

type World = () => BuildSystemWorld;

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

function describePlaces(world: World): void {
  it('shows an admitted build to the builds after it, and records what they used', async () => {
    const system = world().connect();
    const place = await system.open(world().release, 'chain');
    const library = await buildOne(world(), 'library', 'chain', 'library');
    expect(library).toMatchObject({ state: 'complete', repository: expect.stringMatching(/./) as string });
    const { number } = await system.admit(library.ref, place);
    const program = await buildOne(world(), 'program', 'chain', 'program');
    expect(program).toMatchObject({ state: 'complete', builtFrom: { place: place.id, number } });
    const { inputs, packages, buildRequires, component } = await system.contents(program.ref);
    expect(component).toBe(world().sample('program').component);
    expect(packages.length).toBeGreaterThan(0);
    expect(buildRequires.length).toBeGreaterThan(0);
    const used = inputs.filter((input) => input.build === library.ref);
    expect(used.length).toBeGreaterThan(0);
    expect(used[0]).toMatchObject({ component: world().sample('library').component, nvr: library.nvr });
  });

  it('builds nothing before what it needs is admitted', async () => {
    const library = await buildOne(world(), 'library', 'order', 'library');
    const early = await buildOne(world(), 'ring-a', 'order', 'early', { bootstrap: true, needs: [library.ref] });
    expect(early.state).toBe('failed');
    const { class: failureClass, summary } = await world().connect().evidence(early.ref);
    expect([failureClass, summary]).toEqual(['infrastructure', expect.stringContaining(library.ref)]);
  });

  it('numbers admissions, each build once', async () => {
    const system = world().connect();
    const place = await system.open(world().release, 'numbers');
    const start = await system.repository(world().release, 'numbers');
    const first = await buildOne(world(), 'library', 'numbers', 'first');
    const second = await buildOne(world(), 'ring-a', 'numbers', 'second', { bootstrap: true });
    // Two schedulers may believe to be the one; both admissions must be in what comes out.
    const admitted = await Promise.all([
      world().connect().admit(first.ref, place),
      world().connect().admit(second.ref, place),
      world().connect().admit(first.ref, place),
    ]);
    expect(admitted[2]).toEqual(admitted[0]);
    const numbers = [admitted[0].number, admitted[1].number].sort((a, b) => a - b);
    expect(numbers).toEqual([start.number + 1, start.number + 2]);
    expect(await system.admit(first.ref, place)).toEqual(admitted[0]);
    expect((await system.repository(world().release, 'numbers')).number).toBe(start.number + 2);
  });

  it('refuses to admit what is not complete', async () => {
    const place = await world().connect().open(world().release, 'failures');
    const failed = await buildOne(world(), 'does-not-compile', 'failures', 'admitted');
    await expect(world().connect().admit(failed.ref, place)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('lets members of a cycle see candidates of each other before they are admitted', async () => {
    const bootstrap = await buildOne(world(), 'ring-a', 'ring', 'bootstrap', { bootstrap: true });
    const b = await buildOne(world(), 'ring-b', 'ring', 'b', { siblings: [bootstrap.ref] });
    expect(b.state).toBe('complete');
    const { inputs } = await world().connect().contents(b.ref);
    expect(inputs.map((input) => input.build)).toContain(bootstrap.ref);
  });
}

function describeLife(world: World): void {
  it('opens a place once, with what the base has at that time', async () => {
    const place = await world().connect().open(world().release, 'again');
    const { ref } = await buildOne(world(), 'library', 'again', 'library');
    const { number } = await world().connect().admit(ref, place);
    expect(await world().connect().open(world().release, 'again')).toEqual(place);
    expect((await world().connect().repository(world().release, 'again')).number).toBe(number);
  });

  it('lands a cascade once, without its bootstrap builds', async () => {
    const system = world().connect();
    const place = await system.open(world().release, 'landing');
    const before = await system.repository(world().release, null);
    const bootstrap = await buildOne(world(), 'ring-a', 'landing', 'bootstrap', { bootstrap: true });
    const library = await buildOne(world(), 'library', 'landing', 'library');
    await system.admit(bootstrap.ref, place);
    await system.admit(library.ref, place);
    const landed = await system.close(place, 'landed');
    expect(landed.number).toBe(before.number + 1);
    expect(await world().connect().close(place, 'landed')).toEqual(landed);
    expect(await system.repository(world().release, null)).toEqual(landed);
    await expect(buildOne(world(), 'ring-b', null, 'after-landing')).resolves.toMatchObject({ state: 'failed' });
    await expect(buildOne(world(), 'program', null, 'after-landing')).resolves.toMatchObject({ state: 'complete' });
    await expect(
      system.admit((await buildOne(world(), 'library', 'landing', 'late')).ref, place),
    ).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  it('leaves the base as it was when a cascade is kept or cancelled, and ends what runs of a cancelled one', async () => {
    const system = world().connect();
    const before = await system.repository(world().release, null);
    const kept = await system.open(world().release, 'kept');
    const { ref } = await buildOne(world(), 'library', 'kept', 'library');
    const { number, repository } = await system.admit(ref, kept);
    expect(await system.close(kept, 'kept')).toEqual({ number, repository });
    const dropped = await system.open(world().release, 'dropped');
    const running = await startOne(world(), 'endless', 'dropped', 'endless');
    await system.close(dropped, 'cancelled');
    expect((await system.look([running]))[0]!.state).toBe('cancelled');
    expect(await system.repository(world().release, null)).toEqual(before);
  });
}

function describeNews(world: World): void {
  it('reports a build when it appears, and again when it ends, however late', async () => {
    const system = world().connect();
    const slow = await startOne(world(), 'endless', 'news', 'slow');
    await untilBuilding(system, slow);
    const first = await system.seen(world().release, null);
    expect(first.builds.find((b) => b.ref === slow)).toMatchObject({ state: 'building' });
    const quick = await buildOne(world(), 'library', 'news', 'quick');
    const second = await system.seen(world().release, first.cursor);
    expect(second.builds.map((b) => b.ref)).toEqual([quick.ref]);
    await system.cancel(slow);
    const third = await system.seen(world().release, second.cursor);
    expect(third.builds.map((b) => [b.ref, b.state])).toEqual([[slow, 'cancelled']]);
    expect(await system.seen(world().release, third.cursor)).toEqual({ builds: [], cursor: third.cursor });
  });

  it('finds out about a death without being asked for that build', async () => {
    const system = world().connect();
    const ref = await startOne(world(), 'endless', 'news', 'dies');
    await untilBuilding(system, ref);
    const { cursor } = await system.seen(world().release, null);
    await world().kill(ref);
    const { builds } = await system.seen(world().release, cursor);
    expect(builds.map((b) => [b.ref, b.state])).toEqual([[ref, 'failed']]);
  });

  it("reports a maintainer's build, with its origin and what it was built from", async () => {
    const system = world().connect();
    const place = await system.open(world().release, 'by-hand');
    const { cursor } = await system.seen(world().release, null);
    const ref = await world().makeByHand('library', 'by-hand');
    const done = await ended(system, ref);
    expect(done).toMatchObject({ state: 'complete', origin: 'hand', cascade: null, builtFrom: { place: place.id } });
    expect((await system.seen(world().release, cursor)).builds).toEqual([done]);
    expect((await system.admit(ref, place)).number).toBe(done.builtFrom!.number + 1);
  });
}

interface Variation {
  readonly bootstrap?: boolean;
  readonly siblings?: readonly BuildRef[];
  readonly needs?: readonly BuildRef[];
}

function orderOf(world: BuildSystemWorld, name: SampleName, cascade: string | null, how: Variation = {}): Order {
  const { component, source, bootstrapMacros = {} } = world.sample(name);
  const { bootstrap = false, siblings = [], needs = [] } = how;
  const macros = bootstrap ? bootstrapMacros : {};
  return {
    release: world.release,
    ...{ component, cascade, source, macros, bootstrap, siblings, needs, generation: 1, pass: bootstrap ? 0 : 1 },
  };
}

/** Key `<cascade>/<key>/<name>`; the cascade's place is opened. */
async function startOne(
  world: BuildSystemWorld,
  name: SampleName,
  cascade: string | null,
  key: string,
  how: Variation = {},
): Promise<BuildRef> {
  const system = world.connect();
  const place: Place = await system.open(world.release, cascade);
  return system.submit(`${cascade}/${key}/${name}`, orderOf(world, name, cascade, how), place);
}

async function buildOne(...args: Parameters<typeof startOne>): Promise<BuildStatus> {
  return ended(args[0].connect(), await startOne(...args));
}

function ended(system: BuildSystem, ref: BuildRef): Promise<BuildStatus> {
  return until(system, ref, (status) => !['submitted', 'building'].includes(status.state));
}

function untilBuilding(system: BuildSystem, ref: BuildRef): Promise<BuildStatus> {
  return until(system, ref, (status) => status.state === 'building' && status.nvr !== null);
}

async function until(system: BuildSystem, ref: BuildRef, is: (status: BuildStatus) => boolean): Promise<BuildStatus> {
  for (;;) {
    const [status] = await system.look([ref]);
    if (status && is(status)) return status;
    await new Promise((done) => setTimeout(done, 25));
  }
}
