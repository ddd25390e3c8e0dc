import { makeByHand } from '@millrace/build-systems';
import { doors, doorSubject, type DoorReply, type Role } from '@millrace/contracts';
import { sha256 } from '@millrace/kernel';
import { startService, type RunningService } from '@millrace/service';
import { eventually, startTestNats, type TestNats } from '@millrace/testing';
import { connect, type Msg, type NatsConnection } from 'nats';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { impactOf } from './store/testing/outside';
import { definition } from './wiring';

/**
 * The scheduler as it runs: a real nats-server, SQLite, git and the real local builder with two small packages. The
 * resolver and the gate are played over their doors and events.
 */
describe('the scheduler with the local builder', () => {
  const token = 'mr_test';
  const graph: Record<string, string[]> = { 'rpm/base-lib': [], 'rpm/user-app': ['rpm/base-lib'] };
  const events: { readonly type: string; readonly subject: string; readonly data: Record<string, unknown> }[] = [];
  let nats: TestNats;
  let dir: string;
  let service: RunningService;
  let client: NatsConnection;
  const builds = (): string => join(dir, 'scheduler', 'build-systems', 'local-rpm');
  const start = async (): Promise<void> => {
    service = await startService(definition, {
      MILLRACE_DATA: dir,
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_SCHEDULER_PORT: '0',
      MILLRACE_TOKENS_FILE: join(dir, 'tokens.json'),
      MILLRACE_LOG_LEVEL: 'error',
    });
  };

  beforeAll(async () => {
    compileRunner();
    nats = await startTestNats();
    dir = mkdtempSync(join(tmpdir(), 'millrace-scheduler-'));
    writeTokens(dir, token, 'releng');
    client = await connect({ servers: nats.url });
    answerAs(client, doors.resolver.impact, (request: { members: string[] | 'all' }) =>
      impactOf(graph, request.members === 'all' ? Object.keys(graph) : request.members),
    );
    answerAs(client, doors.resolver.compare, (request: { component: string; overlay: { revision: number } }) => ({
      lost: [],
      unneeded: [],
      added:
        request.component === 'rpm/base-lib' && request.overlay.revision === 0
          ? [{ component: 'rpm/user-app', because: 'it needs /usr/share/base-lib/version' }]
          : [],
    }));
    answerAs(client, doors.harvester.composes, () => ({ composes: [] }));
    answerAs(client, doors.resolver.graph, () => ({
      release: 'tiny',
      snapshot: 's-1',
      digest: null,
      at: null,
      because: 'a test',
      components: Object.keys(graph).map((component) => ({ component, external: false, nvr: null })),
      dependencies: 1,
      unresolved: [],
      importing: false,
      problem: null,
    }));
    listen(client, events);
    await start();
    writePackage(dir, 'base-lib', library('1'));
    writePackage(dir, 'user-app', program('1'));
  });
  afterAll(async () => {
    await client?.close();
    await service?.stop();
    await nats?.stop();
    execFileSync('chmod', ['-R', 'u+w', dir]);
    rmSync(dir, { recursive: true, force: true });
  });

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
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
    await service.stop();
    await start();
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

/** The builder's runner is a script of its own, so it has to be compiled. */
function compileRunner(): void {
  const root = resolve(__dirname, '../../..');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'libs/build-systems'], {
    cwd: root,
  });
}

function writeTokens(dir: string, token: string, role: Role): void {
  const entry = { name: 'ada', role, sha256: sha256(token), created_at: '', revoked_at: null };
  writeFileSync(join(dir, 'tokens.json'), JSON.stringify({ tokens: [entry] }));
}

/** Plays one door of another service. */
function answerAs<Q>(
  client: NatsConnection,
  door: Parameters<typeof doorSubject>[0],
  reply: (request: Q) => unknown,
): void {
  client.subscribe(doorSubject(door), {
    callback: (_, message: Msg) => void message.respond(JSON.stringify(reply(message.json<Q>()))),
  });
}

/** Keeps what the scheduler says, and passes every gate. */
function listen(client: NatsConnection, events: unknown[]): void {
  client.subscribe('millrace.scheduler.>', {
    callback: (_, message: Msg) => {
      if (message.subject.split('.').length < 6) return;
      const event = message.json<{ type: string; id: string; data: Record<string, unknown> }>();
      events.push(event);
      if (event.type === 'millrace.scheduler.verdict.wanted.v1') void pass(client, event.data);
    },
  });
}

async function pass(client: NatsConnection, wanted: Record<string, unknown>): Promise<void> {
  const { subject, release, component, build, product_version, decision_context } = wanted;
  const data = {
    ...{ subject, release, component, build, product_version, decision_context },
    ...{ decision: 'passed', revision: 1, state: 'passed', reasons: [], retry_after: null },
  };
  const type = 'millrace.ci-bridge.verdict.decided.v1';
  const time = new Date().toISOString();
  const envelope = { specversion: '1.0', id: `verdict-${String(build)}`, source: 'ci-bridge', type, time, data };
  await client.jetstream().publish(`${type}.tiny.rpm`, JSON.stringify(envelope), { msgID: envelope.id });
}

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
