import { doors } from '@millrace/contracts';
import { schemaDrift } from '@millrace/testing';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tables } from './src/store/tables';
import { release, startBuiltMill, type Built, type BuiltMill } from './test/built-mill';

jest.setTimeout(120_000);

let mill: BuiltMill;
beforeAll(async () => {
  mill = await startBuiltMill();
}, 180_000);
afterAll(() => (mill as BuiltMill | undefined)?.stop());

interface Impact {
  readonly snapshot: string;
  readonly knots: string[][];
  readonly rebuilds: { component: string; pass: number; tier: number; needs: { component: string; pass: number }[] }[];
  readonly unknown: { component: string; hint: string }[];
  readonly likely: string[];
}

const impactOf = (request: object): Promise<Impact> => mill.ask<Impact>(doors.resolver.impact, { release, ...request });

describe('a release that was never built', () => {
  it('is ordered from its sources alone, read in the sandbox, though nobody had told of it', async () => {
    const { rebuilds, knots, snapshot } = await impactOf({ members: 'all' });
    expect(snapshot).toBe('mini-1');
    expect(knots).toEqual([['rpm/librune', 'rpm/runedoc']]);
    expect(rebuilds.map((one) => `${one.tier} ${one.component}#${one.pass}`)).toEqual([
      '0 rpm/librune#1',
      '0 rpm/libstone#1',
      '1 rpm/libmill#1',
      '1 rpm/runedoc#1',
      '2 rpm/librune#2',
      '2 rpm/quern#1',
      '3 container/kitchen#1',
      '3 module/grinding:1.0#1',
      '4 stack/mill#1',
    ]);
  });

  it('knows what its platform offers, and that it comes from outside', async () => {
    const { components, unresolved } = await mill.ask<{
      components: { component: string; external: boolean }[];
      unresolved: unknown[];
    }>(doors.resolver.graph, { release });
    expect(components).toContainEqual(expect.objectContaining({ component: 'external/platform', external: true }));
    expect(unresolved).toEqual([]);
  });

  it('answers unknown members with a hint', async () => {
    const { unknown, rebuilds } = await impactOf({ members: ['rpm/libston', 'rpm/quern'] });
    expect(rebuilds).toHaveLength(1);
    expect(unknown).toEqual([{ component: 'rpm/libston', hint: 'did you mean rpm/libstone?' }]);
  });
});

describe('a release that was built', () => {
  const world: { old?: Built; fresh?: Built } = {};

  beforeAll(async () => {
    const place = await mill.builder.open(release, 'c-1');
    for (const name of ['libstone', 'libmill', 'quern']) {
      const made = await mill.build(name, mill.commits.get(name)!, 'c-1');
      await mill.builder.admit(made.build, place);
      mill.scheduler.builds.set(`rpm/${name}`, made);
      world.old ??= made;
    }
    await mill.builder.close(place, 'landed');
    await mill.take({ type: 'cascade-ended', release, cascade: 'c-1', completed: true });
    await mill.settled();
    mill.commits.set('libstone', mill.commit('rpms', 'libstone', join(mill.example, 'scenario/01-soname/libstone')));
    world.fresh = await mill.build('libstone', mill.commits.get('libstone')!, 'c-2');
  }, 120_000);

  const compare = (more: object = {}) =>
    mill.ask<{ lost: { dependant: string; kind: string }[]; added: { component: string; because: string }[] }>(
      doors.resolver.compare,
      {
        ...{ release, snapshot: 'mini-2', overlay: { cascade: 'c-2', revision: 0 }, component: 'rpm/libstone' },
        ...{ scope: 'capability', contents: world.fresh!.contents, ...more },
      },
    );

  it('has a new snapshot with what was built', async () => {
    const row = await mill.store.read.snapshots.get('mini-2');
    expect(row).toMatchObject({ number: 2, because: 'cascade c-1 completed' });
    const { found } = await mill.ask<{ found: unknown[] }>(doors.resolver.dependants, {
      release,
      component: 'rpm/libstone',
      kind: 'runtime',
    });
    expect(found).toContainEqual({
      component: 'rpm/libmill',
      kind: 'runtime',
      via: expect.stringContaining('libstone.so.1'),
      distance: 1,
    });
  });

  it('finds who loses the old soname, and what contains those', async () => {
    const { lost, added } = await compare();
    expect(lost).toContainEqual({
      dependant: 'rpm/libmill',
      kind: 'run',
      requirement: expect.stringContaining('libstone.so.1'),
    });
    expect(added.map((one) => one.component)).toEqual(
      expect.arrayContaining(['rpm/libmill', 'module/grinding:1.0', 'container/kitchen', 'stack/mill']),
    );
    expect(added.map((one) => one.component)).not.toContain('rpm/librune');
  });

  it('takes nothing by a build with the same soname, by a first build or by a bootstrap', async () => {
    expect((await compare({ contents: world.old!.contents })).lost).toEqual([]);
    expect((await compare({ bootstrap: true, contents: 'sha256:none' })).lost).toEqual([]);
  });

  it('parks a comparison until the overlay has what the cascade validated', async () => {
    const overlay = { cascade: 'c-2', revision: 1 };
    await expect(compare({ overlay })).rejects.toMatchObject({ code: 'overlay-behind', kind: 'unavailable' });
    const { contents } = world.fresh!;
    await mill.take({
      type: 'build-validated',
      release,
      cascade: 'c-2',
      number: 1,
      component: 'rpm/libstone',
      contents,
      bootstrap: false,
    });
    for (;;) {
      const layer = await mill.store.read.layers.get('mini/c-2/1');
      if (layer?.state === 'laid') break;
      await sleep(20);
    }
    // Over the overlay libstone 2 is what counts: the same build takes nothing any more.
    expect((await compare({ overlay })).lost).toEqual([]);
  });

  it('reads the sources of a member again when its head moved, before it is ordered', async () => {
    const before = (await impactOf({ members: ['rpm/quern'] })).rebuilds[0]!;
    expect(before.needs).toEqual([]);
    const spec = execFileSync('git', ['-C', mill.gitPath('quern'), 'show', 'HEAD:quern.spec'], { encoding: 'utf8' });
    mill.commit('rpms', 'quern', {
      'quern.spec': spec.replace('BuildRequires:', 'BuildRequires: runedoc\nBuildRequires:'),
    });
    const { rebuilds, snapshot } = await impactOf({ members: ['rpm/quern', 'rpm/runedoc'] });
    expect(rebuilds.map((one) => [one.component, one.tier])).toEqual([
      ['rpm/runedoc', 0],
      ['rpm/quern', 1],
    ]);
    expect((await impactOf({ members: ['rpm/quern', 'rpm/runedoc'] })).snapshot).toBe(snapshot);
  });

  it('shows what has landed since, though the event that tells of it is still on its way', async () => {
    const { snapshot } = await impactOf({ members: ['rpm/libmill'] });
    const before = mill.scheduler.builds.get('rpm/libmill')!;
    mill.scheduler.builds.set('rpm/libmill', { ...before, nvr: 'libmill-9-9' });
    const after = await impactOf({ members: ['rpm/libmill'] });
    expect(after.snapshot).not.toBe(snapshot);
    const { components } = await mill.ask<{ components: { component: string; nvr: string }[] }>(doors.resolver.graph, {
      release,
    });
    expect(components).toContainEqual(expect.objectContaining({ component: 'rpm/libmill', nvr: 'libmill-9-9' }));
  });

  it('goes on with what it knew of a component whose spec is broken, and says so', async () => {
    mill.commit('rpms', 'quern', { 'quern.spec': 'Name: quern\n%if\n' });
    const { rebuilds } = await impactOf({ members: ['rpm/quern', 'rpm/runedoc'] });
    expect(rebuilds).toHaveLength(2);
    const { unresolved, problem } = await mill.ask<{
      unresolved: { component: string; hint: string }[];
      problem: null;
    }>(doors.resolver.graph, { release });
    expect(problem).toBeNull();
    expect(unresolved).toContainEqual({
      component: 'rpm/quern',
      requirement: 'its source',
      hint: expect.stringContaining('quern.spec'),
    });
  });

  it('says what stops an import when a source folder is gone', async () => {
    await mill.take({
      type: 'release-known',
      name: release,
      revision: 2,
      definition: { ...mill.definition, sources: { rpm: { git: 'not/absolute', branch: 'main' } } },
    });
    await mill.settled();
    const { problem, snapshot } = await mill.ask<{ problem: string; snapshot: string }>(doors.resolver.graph, {
      release,
    });
    expect(problem).toContain("'not/absolute' is no address of source repositories");
    expect(snapshot).not.toBeNull();
  });
});

describe('the start', () => {
  it('asks the scheduler for the releases there are; known revisions change nothing', async () => {
    const before = await mill.store.read.releases.get(release);
    await mill.take({ type: 'started' });
    while (!mill.scheduler.asked.slice(-1).includes(doors.scheduler.releases.name)) await sleep(10);
    expect((await mill.store.read.releases.get(release))!.definitionRevision).toBe(before!.definitionRevision);
  });
});

describe('the store', () => {
  it('is what the migrations make', async () => {
    expect(await schemaDrift(mill.store.database, 'resolver', tables)).toEqual([]);
  });
});
