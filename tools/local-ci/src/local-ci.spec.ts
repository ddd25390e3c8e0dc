import { buildFinished, envelope, inletResultReported } from '@millrace/contracts';
import { freePort } from '@millrace/testing';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect, type NatsConnection } from 'nats';
import { readConfig } from './config';
import { startLocalCi, type LocalCi } from './local-ci';

jest.setTimeout(120_000);

const top = mkdtempSync(join(tmpdir(), 'local-ci-'));
const base = join(top, 'base');
let server: ChildProcess;
let url: string;
let nats: NatsConnection;
let ci: LocalCi | null = null;
let builds = 0;

beforeAll(async () => {
  makeBase();
  url = `nats://127.0.0.1:${await freePort()}`;
  server = spawn('nats-server', ['-a', '127.0.0.1', '-p', new URL(url).port, '-js', '-sd', join(top, 'js')], {
    stdio: 'ignore',
    env: { PATH: searchPath },
  });
  nats = await connect({ servers: url, waitOnFirstConnect: true, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  await makeStreams();
  await startCi();
});

afterAll(async () => {
  await ci?.stop();
  await nats?.close();
  server?.kill();
  rmSync(top, { recursive: true, force: true });
});

it('passes a program that installs and is content with itself', async () => {
  const build = await finish('rpm/wheel', packageOf('wheel', { check: 'test "$(wheel)" = turns' }));
  expect(await resultsOf(build)).toEqual({ install: 'passed', run: 'passed' });
});

it('says queued, running and complete, in the form of the contract', async () => {
  const build = await finish('rpm/spindle', packageOf('spindle', { check: 'true' }));
  await resultsOf(build);
  const messages = (await inlet()).filter((m) => m.nvr === build.nvr && m.check === 'install');
  expect(messages.map((m) => m.status)).toEqual(['queued', 'running', 'complete']);
  for (const { raw } of messages) {
    const read = envelope.parse(raw);
    expect(inletResultReported.data.parse(read.data)).toEqual(read.data);
  }
});

it('fails a program whose own check says no, with its last words', async () => {
  const build = await finish('rpm/pinion', packageOf('pinion', { check: 'echo a tooth is missing; exit 3' }));
  expect(await resultsOf(build)).toEqual({ install: 'passed', run: 'failed' });
  const [message] = (await inlet()).filter((m) => m.nvr === build.nvr && m.check === 'run' && m.status === 'complete');
  expect(message!.test).toMatchObject({ note: expect.stringMatching(/a tooth is missing \(exit code 3\)$/) });
});

it('has only information about a package without a check program', async () => {
  const build = await finish('rpm/sack', packageOf('sack', {}));
  expect(await resultsOf(build)).toEqual({ install: 'passed', run: 'info' });
});

it('fails what does not install', async () => {
  const build = await finish('rpm/ghost', packageOf('ghost', { requires: 'ectoplasm', check: 'true' }));
  expect(await resultsOf(build)).toEqual({ install: 'failed', run: 'failed' });
  const [message] = (await inlet()).filter(
    (m) => m.nvr === build.nvr && m.check === 'install' && m.status === 'complete',
  );
  expect(message!.test['output']).toMatch(/nothing provides ectoplasm/);
});

it('shows a check program neither the network nor the files of the machine', async () => {
  const secret = join(top, 'secret');
  writeFileSync(secret, 'mine');
  const listener = createServer((socket) => socket.destroy());
  const port = await new Promise<number>((resolve) => {
    listener.listen(0, '127.0.0.1', () => resolve((listener.address() as AddressInfo).port));
  });
  let called = false;
  listener.on('connection', () => (called = true));
  const attempts = [`! cat ${secret}`, `! bash -c ': < /dev/tcp/127.0.0.1/${port}'`, '! touch /usr/bin/mine /mine'];
  const held = "grep -qE '^CapEff:[[:space:]]+0+$' /proc/self/status";
  const build = await finish('rpm/thief', packageOf('thief', { check: [...attempts, held].join(' || exit 1\n') }));
  expect(await resultsOf(build)).toEqual({ install: 'passed', run: 'passed' });
  expect(called).toBe(false);
  await new Promise((resolve) => listener.close(resolve));
});

it('does not test again what it has tested, and gives no second result, when an event comes again', async () => {
  const build = await finish('rpm/hopper', packageOf('hopper', { check: 'true' }));
  await resultsOf(build);
  const before = await inlet();
  await ci!.stop();
  await (await nats.jetstreamManager()).consumers.delete('MILLRACE_SCHEDULER', 'local-ci');
  const log = logOf(build);
  const logged = readFileSync(log, 'utf8');
  await startCi();
  await settled();
  expect(await inlet()).toHaveLength(before.length);
  expect(readFileSync(log, 'utf8')).toBe(logged);
});

it('reports an error of its own, not a failure of the build, when it cannot test', async () => {
  const build = await finish('rpm/lost', join(top, 'nowhere'));
  const message = await eventually(async () =>
    (await inlet()).find((m) => m.nvr === build.nvr && m.status === 'error'),
  );
  expect(message.body['error']).toEqual({ reason: expect.stringContaining('nowhere') });
  expect(message.test).not.toHaveProperty('result');
});

it('goes on after an event that it cannot read', async () => {
  await nats.jetstream().publish('millrace.scheduler.build.finished.v1.minidistro.rpm', '{"data": 1}');
  const build = await finish('rpm/mended', packageOf('mended', {}));
  expect(await resultsOf(build)).toEqual({ install: 'passed', run: 'info' });
});

it('installs a module by its profiles, and refuses one whose profile names what is not there', async () => {
  const build = await finish('module/gears:1.0', moduleOf('bevel', 'bevel'), 'gears-1.0-1.aaaaaaaa');
  expect(await resultsOf(build)).toEqual({ 'module-install': 'passed' });
  const broken = await finish('module/gears:1.0', moduleOf('crown', 'missing-gear'), 'gears-1.0-2.aaaaaaaa');
  expect(await resultsOf(broken)).toEqual({ 'module-install': 'failed' });
});

it('starts an image, and refuses one whose layer is not what its digest says', async () => {
  const build = await finish('container/mill', imageOf('starts', 'echo open', true), 'mill-latest-1');
  expect(await resultsOf(build)).toEqual({ 'image-start': 'passed' });
  const closed = await finish('container/mill', imageOf('ends-with-1', 'exit 1', true), 'mill-latest-2');
  expect(await resultsOf(closed)).toEqual({ 'image-start': 'failed' });
  const forged = await finish('container/mill', imageOf('forged', 'echo open', false), 'mill-latest-3');
  expect(await resultsOf(forged)).toEqual({ 'image-start': 'failed' });
});

it('finds its work again when the server has forgotten the consumer', async () => {
  await (await nats.jetstreamManager()).consumers.delete('MILLRACE_SCHEDULER', 'local-ci');
  const build = await finish('rpm/again', packageOf('again', { check: 'true' }));
  expect(await resultsOf(build)).toEqual({ install: 'passed', run: 'passed' });
});

interface Told {
  readonly raw: unknown;
  readonly nvr: string;
  readonly check: string;
  readonly status: string;
  readonly body: Record<string, unknown>;
  readonly test: Record<string, unknown>;
}
interface Finished {
  readonly id: string;
  readonly nvr: string;
}

const searchPath = `${process.env['PATH']}:/usr/sbin:/sbin`;

async function startCi(): Promise<void> {
  const config = readConfig(['--nats', url, '--work', join(top, 'work')]);
  ci = await startLocalCi(config, () => undefined);
}

async function makeStreams(): Promise<void> {
  const manager = await nats.jetstreamManager();
  await manager.streams.add({ name: 'MILLRACE_SCHEDULER', subjects: ['millrace.scheduler.*.*.*.>'] });
  await manager.streams.add({ name: 'INLET', subjects: ['millrace.inlet.*.*.*.>'] });
}

/** Tells of a complete build as the scheduler does. */
async function finish(component: string, repository: string, nvr?: string): Promise<Finished> {
  const id = `b-${++builds}`;
  const of = nvr ?? `${component.split('/')[1]}-1-1`;
  const { example } = buildFinished;
  const addresses = { repository: pathToFileURL(repository).href, base: pathToFileURL(base).href };
  const artifact = { ...example.data.artifact!, nvr: of, id, component, ...addresses };
  const data = buildFinished.data.parse({ ...example.data, build: id, component, artifact });
  const subject = `millrace.scheduler.build.finished.v1.minidistro.${component.split('/')[0]}`;
  await nats.jetstream().publish(subject, JSON.stringify({ specversion: '1.0', data }));
  return { id, nvr: of };
}

async function inlet(): Promise<readonly Told[]> {
  const manager = await nats.jetstreamManager();
  const { state } = await manager.streams.info('INLET');
  const told: Told[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const raw = JSON.parse(Buffer.from((await manager.streams.getMessage('INLET', { seq })).data).toString());
    const { topic, body } = raw.data;
    const { artifact, test } = body;
    const status = topic.split('.').at(-1);
    told.push({ raw, nvr: artifact.nvr, check: test.type, status, body, test });
  }
  return told;
}

/** Results by check, once all checks of the build are complete. */
async function resultsOf(build: Finished): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const told = (await inlet()).filter((m) => m.nvr === build.nvr);
    const complete = told.filter((m) => m.status === 'complete');
    if (complete.length === 0 || complete.length < new Set(told.map((m) => m.check)).size) return undefined;
    return Object.fromEntries(complete.map((m) => [m.check, m.test['result']]));
  });
}

/** Until the CI has answered every event. */
async function settled(): Promise<void> {
  await eventually(async () => {
    const info = await (
      await nats.jetstreamManager()
    ).consumers
      .info('MILLRACE_SCHEDULER', 'local-ci')
      .catch(() => null);
    return info && info.num_pending + info.num_ack_pending === 0 ? true : undefined;
  });
}

async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not happen within a minute');
}

function logOf(build: Finished): string {
  const id = createHash('sha256').update(build.id).digest('hex').slice(0, 32);
  return join(top, 'work/logs', id, 'install.log');
}

function run(command: string, args: readonly string[], cwd = top): void {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: searchPath, HOME: top },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
}

/** A base repository of nothing but the host: it provides the shell. */
function makeBase(): void {
  const provides = ['Provides: /bin/sh', 'Provides: /usr/bin/sh'];
  cpSync(packageOf('platform', { more: provides }), base, { recursive: true });
}

interface Made {
  readonly requires?: string;
  readonly more?: readonly string[];
  /** What /usr/libexec/checks/<name> does; without it there is none. */
  readonly check?: string;
}

/** A candidate repository with one package, whose program prints that it turns. */
function packageOf(name: string, { requires, more = [], check }: Made): string {
  const repository = join(top, `repository-${name}`);
  const spec = [
    ...[`Name: ${name}`, 'Version: 1', 'Release: 1', 'Summary: A part', 'License: Apache-2.0', 'BuildArch: noarch'],
    ...(requires ? [`Requires: ${requires}`] : []),
    ...more,
    ...['%description', 'A part.', '%install', 'mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/libexec/checks'],
    ...[`printf '#!/bin/sh\\necho turns\\n' > %{buildroot}/usr/bin/${name}`, `chmod 755 %{buildroot}/usr/bin/${name}`],
    ...(check === undefined ? [] : [`cp ${join(top, `${name}.check`)} %{buildroot}/usr/libexec/checks/${name}`]),
    ...['%files', `/usr/bin/${name}`, ...(check === undefined ? [] : [`/usr/libexec/checks/${name}`])],
  ];
  if (check !== undefined) writeFileSync(join(top, `${name}.check`), `#!/bin/sh\n${check}\n`, { mode: 0o755 });
  writeFileSync(join(top, `${name}.spec`), `${spec.join('\n')}\n`);
  run('rpmbuild', [
    '-bb',
    '--quiet',
    '--define',
    `_topdir ${join(top, 'rpmbuild')}`,
    '--define',
    `_rpmdir ${repository}`,
    `${name}.spec`,
  ]);
  run('createrepo_c', ['-q', repository]);
  return repository;
}

/** A modular repository of one package; its one profile installs `wanted`. */
function moduleOf(name: string, wanted: string): string {
  const repository = packageOf(name, {});
  const lines = [
    ...['---', 'document: modulemd', 'version: 2', 'data:', '  name: gears', '  stream: "1.0"', '  version: 1'],
    ...[
      '  context: aaaaaaaa',
      '  arch: noarch',
      '  summary: Gears',
      '  description: Gears',
      '  license: {module: [Apache-2.0]}',
    ],
    ...[
      '  profiles:',
      `    default: {rpms: [${wanted}]}`,
      '  artifacts:',
      `    rpms: ["${name}-0:1-1.noarch"]`,
      '...',
      '',
    ],
  ];
  writeFileSync(join(top, 'modules.yaml'), lines.join('\n'));
  run('modifyrepo_c', ['--mdtype=modules', 'modules.yaml', join(repository, 'repodata')]);
  return repository;
}

/** An OCI layout with one layer, whose entry point is a shell script. */
function imageOf(name: string, script: string, honest: boolean): string {
  const repository = join(top, `image-${name}`);
  const blobs = join(repository, 'oci/blobs/sha256');
  mkdirSync(join(top, name, 'usr/bin'), { recursive: true });
  mkdirSync(blobs, { recursive: true });
  writeFileSync(join(top, name, 'usr/bin/open-mill'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  run('tar', ['-cf', 'layer.tar', '-C', name, '.']);
  const blob = (
    bytes: Buffer,
    hex = createHash('sha256').update(bytes).digest('hex'),
  ): { digest: string; size: number } => {
    writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const layer = blob(readFileSync(join(top, 'layer.tar')), honest ? undefined : '0'.repeat(64));
  const config = blob(json({ config: { Entrypoint: ['/usr/bin/open-mill'] } }));
  const manifest = blob(json({ schemaVersion: 2, config, layers: [layer] }));
  writeFileSync(join(repository, 'oci/index.json'), json({ schemaVersion: 2, manifests: [manifest] }));
  writeFileSync(join(repository, 'oci/oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return repository;
}
