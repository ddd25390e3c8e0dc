import { makeByHand } from '@millrace/build-systems';
import type { doors, DoorReply } from '@millrace/contracts';
import { eventually } from '@millrace/testing';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScheduler, type RunningScheduler } from './testing/running-scheduler';
import { compileRunner, playTwoPackages, type Said } from './testing/two-packages';

/**
 * The scheduler as it runs: a real nats-server, SQLite, git and the real local builder with two small packages. The
 * resolver and the gate are played over their doors and events.
 */
describe('the scheduler with the local builder', () => {
  const events: Said[] = [];
  let scheduler: RunningScheduler;
  let dir: string;
  const builds = (): string => join(dir, 'scheduler', 'build-systems', 'local-rpm');

  beforeAll(async () => {
    compileRunner();
    scheduler = await startScheduler({ play: (client) => playTwoPackages(client, (event) => void events.push(event)) });
    dir = scheduler.dir;
    writePackage(dir, 'base-lib', library('1'));
    writePackage(dir, 'user-app', program('1'));
  });
  afterAll(() => scheduler?.stop());

  const call = (method: string, path: string, body?: unknown) => scheduler.request(method, path, body);
  type View = DoorReply<typeof doors.scheduler.cascade>;
  const newest = async (): Promise<View> => {
    const { body } = await call('GET', '/api/v1/cascades?release=tiny');
    const [first] = body['cascades'] as View[];
    return (await call('GET', `/api/v1/cascades/${first!.cascade}`)).body as unknown as View;
  };
  const reaches = async (state: string): Promise<View> => {
    await eventually(async () => (await newest()).state === state, `cascade ${state}`, 60_000);
    return newest();
  };

  it('takes a release definition, and an equal one as the same', async () => {
    const definition = tinyRelease(dir);
    const first = await call('POST', '/admin/v1/releases', { definition });
    expect(first).toMatchObject({ status: 200, body: { name: 'tiny', revision: 1, changed: true } });
    const again = await call('POST', '/admin/v1/releases', { definition });
    expect(again.body).toMatchObject({ revision: 1, changed: false });
    expect(await call('GET', '/api/v1/releases/tiny/history')).toMatchObject({ status: 200 });
  });

  it('refuses what it does not know, with a remedy', async () => {
    const strange = await call('POST', '/admin/v1/changes', {
      release: 'tiny',
      components: [{ component: 'rpm/nope' }],
    });
    expect(strange.status).toBe(404);
    expect(JSON.stringify(strange.body)).toContain('rpm/nope');
    const nowhere = await call('POST', '/admin/v1/cascades', { release: 'nowhere', all: true });
    expect(nowhere.status).toBe(404);
    expect((await call('POST', '/admin/v1/cascades/c9/hold', {})).status).toBe(404);
  });

  it('builds everything from zero, tier by tier, and lands it', async () => {
    const plan = await call('POST', '/api/v1/plans', { release: 'tiny', all: true });
    expect(plan.body).toMatchObject({ tiers: 2 });
    const started = await call('POST', '/admin/v1/cascades', { release: 'tiny', all: true, why: 'the first' });
    expect(started.body).toMatchObject({ cascade: expect.any(String) });
    const cascade = await reaches('completed');
    expect(cascade).toMatchObject({ landed: true, counts: { validated: 2 } });
    const { body } = await call('GET', '/api/v1/validated?release=tiny');
    const found = body as unknown as DoorReply<typeof doors.scheduler.validated>;
    expect(found.repository).toMatchObject({ place: 'base', number: 1 });
    expect(found.builds.map((one) => one.nvr).sort()).toEqual(['base-lib-1-1.mr1', 'user-app-1-1.mr1']);
    const contents = await call('GET', `/api/v1/contents/${found.builds[1]!.contents}`);
    expect(contents.body['inputs']).toEqual(
      expect.arrayContaining([expect.objectContaining({ nvr: 'base-lib-1-1.mr1' })]),
    );
  }, 90_000);

  it('extends the plan when a changed library breaks its user, and names who must fix it', async () => {
    writePackage(dir, 'base-lib', library('2'));
    await call('POST', '/admin/v1/changes', { release: 'tiny', components: [{ component: 'rpm/base-lib' }] });
    const cascade = await reaches('stalled');
    expect(cascade).toMatchObject({ plan: 2, counts: { validated: 1, failed: 1 } });
    const failed = events.filter((one) => one.type === 'millrace.scheduler.rebuild.failed.v1');
    expect(failed).toHaveLength(1);
    expect(failed[0]!.data).toMatchObject({ component: 'rpm/user-app', regression: 'yes', owners: ['ada'] });
    const { body } = await call('GET', `/api/v1/cascades/${cascade.cascade}/explain?component=rpm/user-app`);
    expect((body['lines'] as string[]).join('\n')).toMatch(
      /it needs \/usr\/share\/base-lib\/version[\s\S]*To free it:/,
    );
  }, 90_000);

  it('sees a build made by hand against the old library, and adopts the one made against the cascade', async () => {
    const { cascade } = await newest();
    const source = writePackage(dir, 'user-app', program('2'));
    const byHand = { dir: builds(), release: 'tiny', component: 'rpm/user-app', as: 'ada' };
    const old = writePackage(dir, 'user-app-as-it-was', program('1'), 'user-app');
    const first = await makeByHand({ ...byHand, source: old });
    await eventually(async () => (await standing(first)) === 'seen', 'the build is seen', 60_000);
    expect((await newest()).state).toBe('stalled');
    const second = await makeByHand({ ...byHand, source, cascade });
    const done = await reaches('completed');
    expect(await standing(second)).toBe('adopted');
    expect(done.rebuilds.find((one) => one.component === 'rpm/user-app')).toMatchObject({
      origin: 'hand',
      resumed: true,
      state: 'validated',
    });
  }, 120_000);

  it('goes on after a restart in the middle of a build, and builds nothing twice', async () => {
    const before = readdirSync(join(builds(), 'builds')).length;
    await call('POST', '/admin/v1/cascades', { release: 'tiny', all: true, why: 'once more' });
    await eventually(
      async () => (await newest()).rebuilds.some((one) => one.state === 'building'),
      'a build runs',
      30_000,
    );
    await scheduler.restart();
    await reaches('completed');
    expect(readdirSync(join(builds(), 'builds')).length - before).toBe(2);
  }, 120_000);

  it('lands by hand what waits for it, and takes it back under a new number', async () => {
    const { number } = (await call('GET', '/api/v1/validated?release=tiny')).body['repository'] as { number: number };
    await call('POST', '/admin/v1/releases', { definition: { ...tinyRelease(dir), landing: 'manual' } });
    await call('POST', '/admin/v1/cascades', { release: 'tiny', all: true, why: 'to be landed by hand' });
    await eventually(async () => (await newest()).why === 'to be landed by hand', 'it has begun', 30_000);
    const { cascade, landed } = await reaches('completed');
    expect(landed).toBe(false);
    const plan = await call('GET', `/api/v1/cascades/${cascade}/landing-plan?partial=false`);
    expect(plan.body).toMatchObject({ lands: true, adapters: ['local'], findings: [], stays: 0 });
    const order = plan.body['order'] as { component: string }[];
    expect(order.map((one) => one.component)).toEqual(['rpm/base-lib', 'rpm/user-app']);
    const landing = async () => (await call('GET', `/api/v1/cascades/${cascade}/landing`)).body;
    expect((await call('POST', `/admin/v1/cascades/${cascade}/land`, { why: 'now' })).body).toMatchObject({
      done: true,
    });
    await eventually(async () => (await landing())['state'] === 'landed', 'it lands', 30_000);
    expect(await landing()).toMatchObject({ total: 2, done: 2, by: 'ada', repository: { number: number + 1 } });
    expect(await newest()).toMatchObject({ state: 'completed', landed: true });
    const again = await call('POST', `/admin/v1/cascades/${cascade}/land`, {});
    expect(again).toMatchObject({ status: 409, body: { code: 'cascade-landed' } });
    const revert = { why: 'it was wrong' };
    expect((await call('POST', `/admin/v1/cascades/${cascade}/revert`, revert)).body).toMatchObject({ done: true });
    await eventually(async () => (await landing())['state'] === 'reverted', 'it is taken back', 30_000);
    expect(await landing()).toMatchObject({ repository: { number: number + 2 } });
    const { lines } = (await call('GET', `/api/v1/cascades/${cascade}/explain`)).body as { lines: string[] };
    expect(lines.join('\n')).toContain(`Its landing ${cascade}/1 is reverted, ada asked for it`);
  }, 120_000);

  async function standing(build: string): Promise<unknown> {
    return (await call('GET', `/api/v1/builds/${build}`)).body['standing'];
  }
});

function tinyRelease(dir: string) {
  return {
    release: 'tiny',
    title: 'Two packages',
    mode: 'act',
    product_version: 'tiny-1',
    build_systems: { rpm: 'local-rpm' },
    sources: { rpm: { git: `file://${dir}/git` } },
    gates: [{ id: 'all', rules: [] }],
    people: { ada: { mail: 'ada@tiny.example' } },
    owners: [{ components: ['*'], people: ['ada'] }],
    releng: ['ada'],
    landing: 'automatic',
  };
}

function library(version: string): string {
  return spec('base-lib', version, '', 'mkdir -p %{buildroot}/usr/share/base-lib', [
    `echo ${version} > %{buildroot}/usr/share/base-lib/version`,
  ]);
}

/** Builds only with the version of the library that it was written for. */
function program(wants: string): string {
  const check = `test "$(cat /usr/share/base-lib/version)" = ${wants}`;
  return spec('user-app', wants, 'BuildRequires: base-lib', `${check}\nmkdir -p %{buildroot}/usr/share/user-app`, [
    'echo ok > %{buildroot}/usr/share/user-app/version',
  ]);
}

function spec(name: string, version: string, requires: string, first: string, rest: readonly string[]): string {
  return `Name: ${name}
Version: ${version}
Release: 1%{?dist}
Summary: A small package
License: Apache-2.0
BuildArch: noarch
${requires}

%description
A small package.

%install
${[first, ...rest].join('\n')}

%files
/usr/share/${name}
`;
}

/** Commits a spec file to the package's repository, and says where it is. */
function writePackage(dir: string, repository: string, text: string, name = repository) {
  const path = join(dir, 'git', repository);
  const git = (...args: string[]): string => execFileSync('git', ['-C', path, ...args], { encoding: 'utf8' });
  mkdirSync(path, { recursive: true });
  if (!readdirSync(path).includes('.git')) git('init', '-q', '-b', 'main');
  writeFileSync(join(path, `${name}.spec`), text);
  git('add', '-A');
  git('-c', 'user.name=ada', '-c', 'user.email=ada@tiny.example', 'commit', '-q', '-m', 'change');
  return { kind: 'git' as const, url: `file://${path}`, commit: git('rev-parse', 'HEAD').trim() };
}
