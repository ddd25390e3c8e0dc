import { startFakeMbs, type FakeMbs } from '@millrace/mbs/fake';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildSystem, Order } from '../build-system';
import { ended, until } from '../build-system-world';
import { createMbsBuildSystem } from './mbs';
import type { ModuleTarget } from './settings';

const commit = '0123456789012345678901234567890123456789';

describe('the Module Build Service as a build system', () => {
  let fake: FakeMbs;
  let dir: string;
  const systems: { end(): Promise<void> }[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-mbs-'));
    fake = await startFakeMbs();
    fake.state.tokens.set('secret', 'millrace').set('other', 'maintainer');
    fake.state.recipes.set('perl', { components: ['perl', 'perl-DBI'], contexts: ['aa', 'bb'] });
    fake.state.recipes.set('sick', { components: ['one', 'two'], failing: 'two' });
    fake.state.recipes.set('slow', { components: [], hangs: true });
    target = { target: '', rebuild_strategy: 'only-changed' };
    fake.state.recipes.set('gated', { components: ['one'], gated: true });
  });
  afterEach(async () => {
    fake.trouble.offline = false;
    await Promise.all(systems.splice(0).map((system) => system.end()));
    await fake.close();
    await rm(dir, { recursive: true });
  });
  let target: ModuleTarget = { target: '', rebuild_strategy: 'only-changed' };
  const connect = (completeAt: 'done' | 'ready' = 'ready'): BuildSystem => {
    const system = createMbsBuildSystem({
      ...{ name: 'mbs', dir, topUrl: 'https://koji.example', capacity: 3, completeAt, pollMs: 5 },
      mbs: { url: fake.url, login: { kind: 'token', token: () => 'secret' } },
      target: () => Promise.resolve(target),
    });
    systems.push(system);
    return system;
  };
  const order = (name: string, at = commit): Order => ({
    ...{ release: 'f44', component: `module/${name}:main`, cascade: 'c1', generation: 1, pass: 1, macros: {} },
    ...{ bootstrap: false, needs: [], siblings: [] },
    source: { kind: 'git', url: `https://src.example/modules/${name}`, commit: at },
  });
  const build = async (name: string, key: string) =>
    ended(connect(), await connect().submit(key, order(name), place()));
  const place = () => ({ id: 'mbs:f44:c1', release: 'f44', cascade: 'c1' });

  it('builds all stream expansions as one, and says what is inside', async () => {
    const done = await build('perl', 'k');
    const [version] = [...fake.state.versions.values()];
    expect(done).toMatchObject({
      ...{ ref: 'mbs.module-1-2', key: 'k', component: 'module/perl:main', origin: 'cascade', cascade: 'c1' },
      ...{ state: 'complete', nvr: `perl-main-${version}.aa+bb` },
      source: { kind: 'git', url: 'https://src.example/modules/perl', commit },
    });
    const { inputs, module } = await connect().contents(done.ref);
    expect(inputs.map((one) => one.component)).toEqual(['rpm/perl', 'rpm/perl-DBI', 'rpm/perl', 'rpm/perl-DBI']);
    expect(module!.nsvc).toBe(`perl:main:${version}:aa`);
    expect(fake.state.builds.map((one) => one.rebuild_strategy)).toEqual(['only-changed', 'only-changed']);
    const first = await connect().admit(done.ref, place());
    expect(await connect().admit(done.ref, place())).toEqual(first);
    expect((await connect().close(place(), 'landed')).number).toBe(1);
    await expect(connect().admit(done.ref, place())).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('submits once, from wherever, and though the answer was lost and the submitter died', async () => {
    const system = connect();
    const refs = await Promise.all([1, 2, 3].map(() => system.submit('k', order('perl'), place())));
    expect([new Set(refs).size, fake.state.builds.map((one) => one.submissions)]).toEqual([1, [1, 1]]);
    fake.trouble.loseAnswers = 1;
    await expect(connect().submit('lost', order('slow'), place())).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await connect().find('lost')).toBeNull();
    const { builds } = await connect().seen('f44', null);
    const own = { key: 'lost', origin: 'cascade', cascade: 'c1', component: 'module/slow:main', submittedBy: null };
    expect(builds.find((one) => one.ref === 'mbs.module-3')).toMatchObject(own);
    const ref = await connect().submit('lost', order('slow'), place());
    expect([ref, await connect().find('lost')]).toEqual(['mbs.module-3', 'mbs.module-3']);
    expect(fake.state.builds.find((one) => one.name === 'slow')!.submissions).toBe(1);
  });

  it('does not take what was ready long before for its own, and passes on what the release says', async () => {
    target = {
      ...{ target: 'platform:f44', rebuild_strategy: 'all', reuse_components_from: 7 },
      ...{ buildrequire_overrides: { platform: ['f44'] }, require_overrides: { platform: ['f44'] } },
    };
    const done = await build('perl', 'k');
    expect(done.state).toBe('complete');
    expect(fake.state.builds[0]).toMatchObject({ overrides: { platform: ['f44'] }, reuse: 7, rebuild_strategy: 'all' });
    for (const one of fake.state.builds) one.modified = '2020-02-02T02:02:02Z';
    await expect(connect().submit('later', order('perl'), place())).rejects.toMatchObject({
      ...{ code: 'mbs-version-taken', kind: 'conflict', remedy: expect.stringContaining('a commit') as string },
    });
  });

  it('sees the modules of its base alone, and begins with those of a day', async () => {
    fake.state.recipes.set('other', { components: [], base: 'platform:f43' });
    target = { target: 'platform:f44' };
    fake.state.recipes.set('gated', { components: ['one'] });
    for (const name of ['perl', 'other', 'gated']) await build(name, name);
    for (const one of fake.state.builds) if (one.name === 'gated') one.modified = '2020-02-02T02:02:02Z';
    const { builds } = await connect().seen('f44', null);
    expect(builds.map((one) => one.component)).toEqual(['module/perl:main']);
    const [wrong] = await Promise.allSettled([fetch(`${fake.url}/module-builds/?base_module_br=platform:f44`)]);
    expect(wrong.status === 'fulfilled' && wrong.value.status).toBe(400);
  });

  it('names the component that failed, and goes on from there when it is submitted again', async () => {
    const failed = await build('sick', 'first');
    expect(failed.state).toBe('failed');
    expect(await connect().evidence(failed.ref)).toMatchObject({
      ...{ class: 'compile', stage: 'module', summary: 'two: Unsuccessful: task failed in %build' },
      logs: [{ name: 'two', address: expect.stringMatching(/^https:\/\/koji\.example\/work\/tasks\//) as string }],
    });
    await expect(connect().contents(failed.ref)).rejects.toMatchObject({ kind: 'conflict' });
    fake.state.recipes.set('sick', { components: ['one', 'two'] });
    const again = await build('sick', 'second');
    expect(again).toMatchObject({ state: 'complete', ref: `${failed.ref}.2`, key: 'second' });
    expect(fake.state.builds).toHaveLength(1);
  });

  it('cancels, and what runs of a cancelled cascade', async () => {
    const ref = await connect().submit('k', order('slow'), place());
    await until(connect(), ref, (one) => one.state === 'building');
    await connect().close(place(), 'cancelled');
    const [status] = await connect().look([ref]);
    expect(status!.state).toBe('cancelled');
    expect(await connect().evidence(ref)).toMatchObject({ class: 'cancelled' });
    await connect().cancel(ref);
    expect(await connect().look([ref])).toEqual([status]);
  });

  it('finds what people submit, all its expansions as one, each change once', async () => {
    const system = connect();
    const first = await system.seen('f44', null);
    const ours = await build('sick', 'k');
    const body = JSON.stringify({ scmurl: `https://src.example/modules/perl?#${commit}`, branch: '5.38' });
    const headers = { authorization: 'Bearer other', 'content-type': 'application/json' };
    await fetch(`${fake.url}/module-builds/`, { method: 'POST', headers, body });
    await ended(system, 'mbs.module-2-3');
    const second = await system.seen('f44', first.cursor);
    const told = second.builds.map((one) => [one.ref, one.origin, one.state, one.release, one.submittedBy]);
    expect(told).toEqual(
      expect.arrayContaining([
        [ours.ref, 'cascade', 'failed', 'f44', null],
        ['mbs.module-2-3', 'hand', 'complete', 'f44', 'maintainer'],
      ]),
    );
    expect(told).toHaveLength(2);
    const third = await connect().seen('f44', second.cursor);
    expect(third.builds).toEqual([]);
    expect((await connect().contents('mbs.module-2-3')).nvr).toMatch(/^perl-5\.38-\d+\.aa\+bb$/);
  });

  it("passes its own gate's word on where builds count as built before it", async () => {
    const system = connect('done');
    const ref = await system.submit('k', order('gated'), place());
    const done = await ended(system, ref);
    expect(done.state).toBe('complete');
    const first = await system.seen('f44', null);
    expect(first.results).toEqual([]);
    Object.assign(fake.state.builds[0]!, { state: 5, modified: new Date().toISOString() });
    const second = await system.seen('f44', first.cursor);
    const note = `${done.nvr} is ready`;
    expect(second.results).toEqual([{ ref, component: 'module/gated:main', nvr: done.nvr, outcome: 'PASSED', note }]);
    expect((await system.seen('f44', second.cursor)).results).toEqual([]);
  });

  it('tells what the base has: of each stream the newest, what failed since, and nothing of other bases', async () => {
    fake.state.recipes.set('other', { components: [], base: 'platform:f43' });
    target = { target: 'platform:f44' };
    const first = await build('perl', 'first');
    const second = await ended(connect(), await connect().submit('second', order('perl', 'f'.repeat(40)), place()));
    for (const name of ['sick', 'other', 'slow']) await connect().submit(name, order(name), place());
    fake.state.recipes.set('perl', { components: ['perl'], failing: 'perl' });
    const third = await ended(connect(), await connect().submit('third', order('perl', 'e'.repeat(40)), place()));
    const { builds, cursor, total, places } = await connect().inventory!('f44', null, { inputs: true });
    expect([cursor, total, places]).toEqual([null, 1, ['platform:f44']]);
    expect(builds).toEqual([
      {
        ...{ component: 'module/perl:main', ref: second.ref, nvr: second.nvr, owner: null, builtBy: 'millrace' },
        ...{ completedAt: second.endedAt, durationMs: expect.any(Number) as number, source: second.source },
        inputs: expect.arrayContaining([expect.stringMatching(/^perl/)]) as string[],
        failure: { ref: third.ref, nvr: third.nvr, at: third.endedAt },
      },
    ]);
    expect([third.state, first.ref === second.ref]).toEqual(['failed', false]);
    expect((await connect().inventory!('f44', null, { inputs: false })).builds[0]!.inputs).toBeNull();
    expect((await connect().inventory!('f44', 'module/perl:main', { inputs: false })).builds).toEqual([]);
  });

  it('lists the newest module of each stream, and says which of landed ones were given up', async () => {
    fake.state.recipes.set('other', { components: [], base: 'platform:f43' });
    target = { target: 'platform:f44' };
    const [perl, failed] = [await build('perl', 'k'), await build('sick', 'broken')];
    await build('other', 'elsewhere');
    expect(failed.state).toBe('failed');
    const listed = { component: 'module/perl:main', ref: perl.ref, nvr: perl.nvr, completedAt: perl.endedAt };
    expect(await connect().base!.newest('f44')).toEqual([listed]);
    const landed = [{ ref: perl.ref, component: perl.component, nvr: perl.nvr! }];
    expect(await connect().base!.gone('f44', landed)).toEqual([]);
    for (const one of fake.state.builds) one.completed = '2020-02-02T02:02:02Z';
    const next = await connect().submit('next', order('perl', 'f'.repeat(40)), place());
    await ended(connect(), next);
    expect((await connect().base!.newest('f44')).map(({ ref }) => ref)).toEqual([next]);
    for (const one of fake.state.builds.slice(0, 2)) one.state = 6;
    const gone = { ...landed[0], how: 'deleted', from: 'platform:f44', by: null };
    expect(await connect().base!.gone('f44', landed)).toEqual([gone]);
  });

  it('refuses what it cannot build', async () => {
    const rpm = { ...order('perl'), component: 'rpm/perl' };
    await expect(connect().submit('k', rpm, place())).rejects.toMatchObject({ code: 'mbs-order-strange' });
    await expect(connect().submit('k', order('strange'), place())).rejects.toMatchObject({ kind: 'invalid' });
    await expect(connect().look(['../etc'])).rejects.toMatchObject({ kind: 'invalid' });
    await expect(connect().look(['module-4711'])).rejects.toMatchObject({ kind: 'missing' });
  });
});
