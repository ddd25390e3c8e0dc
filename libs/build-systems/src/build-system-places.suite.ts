import { buildOne, ended, startOne, untilBuilding, type World } from './build-system-world';

export function describePlaces(world: World): void {
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
    const needs = ['stack/tools@1', library.ref];
    if (world().early === 'waits') {
      const waiting = await startOne(world(), 'program', 'order', 'early', { needs });
      await new Promise((done) => setTimeout(done, 100));
      expect(['submitted', 'building']).toContain((await world().connect().look([waiting]))[0]!.state);
      await world()
        .connect()
        .admit(library.ref, await world().connect().open(world().release, 'order'));
      return expect(await ended(world().connect(), waiting)).toMatchObject({ state: 'complete' });
    }
    const early = await buildOne(world(), 'ring-a', 'order', 'early', { bootstrap: true, needs });
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
    if (world().numbers === 'consecutive') expect(numbers).toEqual([start.number + 1, start.number + 2]);
    expect(numbers[0]).toBeGreaterThan(start.number);
    expect(numbers[1]).toBeGreaterThan(numbers[0]!);
    expect(await system.admit(first.ref, place)).toEqual(admitted[0]);
    expect((await system.repository(world().release, 'numbers')).number).toBe(numbers[1]);
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

export function describeLife(world: World): void {
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
    const late = await buildOne(world(), 'library', 'landing', 'late');
    const landed = await system.close(place, 'landed');
    if (world().numbers === 'consecutive') expect(landed.number).toBe(before.number + 1);
    expect(landed.number).toBeGreaterThan(before.number);
    expect(await world().connect().close(place, 'landed')).toEqual(landed);
    expect(await system.repository(world().release, null)).toEqual(landed);
    await expect(buildOne(world(), 'ring-b', null, 'after-landing')).resolves.toMatchObject({ state: 'failed' });
    await expect(buildOne(world(), 'program', null, 'after-landing')).resolves.toMatchObject({ state: 'complete' });
    await expect(system.admit(late.ref, place)).rejects.toMatchObject({ kind: 'conflict' });
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

export function describeNews(world: World): void {
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
    expect(await system.seen(world().release, third.cursor)).toMatchObject({ builds: [], cursor: third.cursor });
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
    expect((await system.admit(ref, place)).number).toBeGreaterThan(done.builtFrom!.number);
  });
}
