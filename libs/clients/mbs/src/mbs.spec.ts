import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFakeMbs, type FakeMbs } from './fake';
import { connectToMbs, type Mbs } from './client';
import { moduleBuild, nsvcOf, nvrOf } from './schema';

const scmurl = (name: string, commit = 'a') => `https://src.example/modules/${name}?#${commit.repeat(40)}`;

it('reads what a service says, and keeps what it does not know', () => {
  const text = readFileSync(join(__dirname, 'fixtures', 'module-build.json'), 'utf8');
  const build = moduleBuild.parse(JSON.parse(text));
  expect(build).toMatchObject({ state: 'failed', version: '3820230220', component_builds: [9001, 9002] });
  expect(nvrOf(build)).toBe('nodejs-18-3820230220.c0c0a5b3');
});

describe.each([1, 2] as const)('the Module Build Service, REST v%d', (api) => {
  let fake: FakeMbs;
  let mbs: Mbs;
  beforeEach(async () => {
    fake = await startFakeMbs({ api, stepMs: 0 });
    fake.state.tokens.set('secret', 'millrace');
    fake.state.recipes.set('perl', { components: ['perl', 'perl-DBI'], contexts: api === 1 ? ['aa'] : ['aa', 'bb'] });
    fake.state.recipes.set('sick', { components: ['one', 'two'], failing: 'two' });
    mbs = connectToMbs({ url: fake.url, login: { kind: 'token', token: () => 'secret' } });
  });
  afterEach(async () => {
    await mbs.close();
    await fake.close();
  });
  const settle = () => {
    for (let n = 0; n < 20 && fake.step(); n++);
  };

  it('submits a module, one build per stream expansion, up to ready', async () => {
    expect(await mbs.about()).toMatchObject({ api_version: api });
    const builds = await mbs.submit({ scmurl: scmurl('perl'), branch: '5.36', rebuild_strategy: 'all' });
    expect(builds).toHaveLength(api);
    expect(builds[0]).toMatchObject({ name: 'perl', stream: '5.36', state: 'init', rebuild_strategy: 'all' });
    settle();
    const build = (await mbs.build(builds[0]!.id))!;
    expect(build).toMatchObject({ state: 'ready', tasks: { rpms: { perl: { state: 1 } } } });
    expect([nsvcOf(build), nvrOf(build)]).toEqual([`perl:5.36:${build.version}:aa`, `perl-5.36-${build.version}.aa`]);
    expect(build.modulemd).toContain('name: perl');
    expect(build.siblings).toHaveLength(api - 1);
  });

  it('refuses what is there, and goes on with what failed', async () => {
    await mbs.submit({ scmurl: scmurl('perl'), branch: '5.36' });
    await expect(mbs.submit({ scmurl: scmurl('perl'), branch: '5.36' })).rejects.toMatchObject({ code: 'mbs-exists' });
    const [sick] = await mbs.submit({ scmurl: scmurl('sick'), branch: 'main' });
    settle();
    const failed = (await mbs.build(sick!.id))!;
    expect(failed).toMatchObject({ state: 'failed', state_reason: 'Component(s) two failed to build.' });
    fake.state.recipes.set('sick', { components: ['one', 'two'] });
    const [again] = await mbs.submit({ scmurl: scmurl('sick'), branch: 'main' });
    expect(again!.id).toBe(sick!.id);
    settle();
    const mended = (await mbs.build(sick!.id))!;
    expect(mended.state).toBe('ready');
    expect(mended.tasks!.rpms!['one']).toEqual(failed.tasks!.rpms!['one']);
  });

  it('lists by filter over pages, and cancels', async () => {
    for (const commit of ['a', 'b', 'c']) await mbs.submit({ scmurl: scmurl('perl', commit), branch: '5.36' });
    const all = await mbs.builds({ name: 'perl', state: ['init', 'wait'], order_by: 'id' });
    expect(all).toHaveLength(3 * api);
    expect(await mbs.builds({ scmurl: scmurl('perl', 'b') })).toHaveLength(api);
    expect(await mbs.builds({ name: 'other' })).toEqual([]);
    expect(await mbs.cancel(all[0]!.id)).toMatchObject({ state: 'failed', state_reason: 'Canceled by millrace.' });
    expect(await mbs.build(4711)).toBeNull();
    expect(await mbs.rebuildStrategies()).toContain('only-changed');
  });

  it('says whose fault it is', async () => {
    await expect(mbs.submit({ scmurl: scmurl('nope'), branch: 'x' })).rejects.toMatchObject({ kind: 'invalid' });
    const stranger = connectToMbs({ url: fake.url, login: { kind: 'token', token: () => 'wrong' } });
    await expect(stranger.submit({ scmurl: scmurl('perl'), branch: 'x' })).rejects.toMatchObject({ kind: 'forbidden' });
    const reader = connectToMbs({ url: fake.url });
    await expect(reader.cancel(1)).rejects.toMatchObject({ code: 'mbs-login-missing' });
    fake.trouble.offline = true;
    await expect(mbs.about()).rejects.toMatchObject({ kind: 'unavailable' });
    fake.trouble.offline = false;
    fake.trouble.loseAnswers = 1;
    const cut = mbs.submit({ scmurl: scmurl('perl'), branch: 'x' });
    await expect(cut).rejects.toMatchObject({ code: 'mbs-no-answer' });
    expect(await mbs.builds({ name: 'perl' })).toHaveLength(api);
    expect(() => connectToMbs({ url: 'https://mbs.example.org/' })).toThrow(/no address of a Module Build Service/);
    const caFile = '/nowhere/ca.pem';
    expect(() => connectToMbs({ url: fake.url, caFile })).toThrow(/cannot read \/nowhere\/ca.pem/);
    const ticket = connectToMbs({ url: fake.url, login: { kind: 'kerberos' } });
    await expect(ticket.submit({ scmurl: scmurl('perl'), branch: 'x' })).rejects.toMatchObject({
      ...{ code: 'kerberos-not-installed', remedy: expect.stringContaining('npm install') as string },
    });
    await Promise.all([stranger.close(), reader.close(), ticket.close()]);
  });
});
