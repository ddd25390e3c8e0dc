import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { addressOf, createClient } from '@millrace/admin-client';
import { apps as allApps, type App } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { keepAlive, type Child, type ChildEvent } from './child';
import { makeMillFolder, millFolder, type MillFolder } from './mill-folder';
import { findNatsServer, natsConfigText } from './nats-server';
import { assertPortsFree, natsInfo } from './ports';
import { writePrivately } from './private-file';
import { ensureLocalToken, ensurePasswords, passwordFileOf } from './secrets';

export interface MillOptions {
  readonly data: string;
  readonly portBase: number;
  /** Services to start; default: all five. */
  readonly apps?: readonly App[];
  /** A server that runs already; else a private one is started on the port base. */
  readonly natsUrl?: string | null;
  /** millrace.yaml, when there is one. */
  readonly settingsFile?: string | null;
  /** Name of the local user: the journal's who. */
  readonly user: string;
  /** What the children get beside what they are given here; MILLRACE_<APP>_<KEY> among it. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds in which everything must be ready; default 60 000. */
  readonly readyWithinMs?: number;
  /** Milliseconds before a child that died is started again; left out: a pause that doubles while it keeps dying. */
  readonly pauseMs?: number;
  /** Gives the start up: what was started ends again. */
  readonly signal?: AbortSignal;
  readonly tell: (event: MillEvent) => void;
}

export type MillEvent = ChildEvent | { readonly kind: 'ready'; readonly name: string; readonly address: string };

/** A running mill: its NATS server and services, kept alive until `end`. */
export interface Mill {
  readonly folder: MillFolder;
  readonly portBase: number;
  readonly natsUrl: string;
  readonly children: readonly Child[];
  end(): Promise<void>;
}

/** The folder that holds `apps/` and `libs/`: this file is `libs/supervisor/{src,dist}/mill`. */
const installation = resolve(__dirname, '../../..');

/**
 * Starts a mill: checks the ports, makes what is missing of its folder, starts nats-server and then the services, and
 * waits until all of them are ready. Ends what it had started when that fails.
 *
 * @throws AppError `port-taken`, `nats-server-missing`, `not-built`, `not-ready`, `start-given-up`
 */
export async function startMill(options: MillOptions): Promise<Mill> {
  const wanted = options.apps ?? allApps;
  const folder = millFolder(options.data);
  for (const app of wanted) assertBuilt(app);
  const natsUrl = options.natsUrl ?? null;
  await assertPortsFree(options.portBase, natsUrl === null, wanted);
  makeMillFolder(folder);
  ensureLocalToken(folder, options.user, new Date().toISOString());
  const children: Child[] = [];
  const end = async (): Promise<void> => {
    const [services, servers] = [
      children.filter((c) => c.name !== 'nats-server'),
      children.filter((c) => c.name === 'nats-server'),
    ];
    // The services first: they still say what they have committed.
    await Promise.all(services.map((child) => child.end()));
    await Promise.all(servers.map((child) => child.end()));
  };
  try {
    if (natsUrl === null) {
      children.push(await startNats(options, folder));
      await natsReady(options, children[0]!);
    }
    for (const app of wanted) children.push(startService(app, options, folder));
    await Promise.all(
      wanted.map((app) =>
        ready(
          app,
          options,
          children.find((child) => child.name === app)!,
        ),
      ),
    );
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return { folder, portBase: options.portBase, natsUrl: natsUrl ?? privateUrl(options), children, end };
}

function privateUrl(options: MillOptions): string {
  return `nats://127.0.0.1:${options.portBase}`;
}

function mainOf(app: App): string {
  return join(installation, 'apps', app, 'dist', 'main.js');
}

function assertBuilt(app: App): void {
  if (existsSync(mainOf(app))) return;
  throw new AppError({
    code: 'not-built',
    kind: 'missing',
    message: `${app} has not been built: ${mainOf(app)} is missing`,
    remedy: 'run `npm run setup`',
  });
}

async function startNats(options: MillOptions, folder: MillFolder): Promise<Child> {
  const program = await findNatsServer(options.env['PATH'] ?? '');
  const { portBase: port } = options;
  const passwords = ensurePasswords(folder);
  const text = natsConfigText({ port, storeDir: folder.natsStore, version: program.version, passwords });
  writePrivately(folder.natsConfig, text);
  return keepAlive(
    {
      name: 'nats-server',
      argv: [program.path, '-c', folder.natsConfig],
      cwd: folder.data,
      env: options.env,
      logFile: join(folder.logs, 'nats-server.log'),
      endSignal: 'SIGINT',
      ...pauseOf(options),
    },
    options.tell,
  );
}

async function natsReady(options: MillOptions, child: Child): Promise<void> {
  await until(options, child, async () => {
    const info = await natsInfo('127.0.0.1', options.portBase);
    return info === null ? 'does not answer yet' : info.jetstream ? null : 'has no JetStream';
  });
  options.tell({ kind: 'ready', name: 'nats-server', address: privateUrl(options) });
}

function startService(app: App, options: MillOptions, folder: MillFolder): Child {
  const ownServer = (options.natsUrl ?? null) === null;
  const env: NodeJS.ProcessEnv = {
    // On one machine the resolver reads specs in the builder's sandbox, which is made once.
    MILLRACE_RESOLVER_SANDBOX: join(folder.data, 'scheduler', 'build-systems', 'local-rpm'),
    ...options.env,
    // Node.js 22 and later keep there what they compiled.
    NODE_COMPILE_CACHE: join(folder.data, 'compiled'),
    MILLRACE_DATA: folder.data,
    MILLRACE_PORT_BASE: String(options.portBase),
    MILLRACE_NATS_URL: options.natsUrl ?? privateUrl(options),
    MILLRACE_TOKENS_FILE: folder.tokensFile,
    ...(ownServer ? { MILLRACE_NATS_USER: app, MILLRACE_NATS_PASSWORD_FILE: passwordFileOf(folder, app) } : {}),
    ...(options.settingsFile ? { MILLRACE_CONFIG: resolve(options.settingsFile) } : {}),
  };
  // No source maps: reading those of every module would be a quarter of the start.
  const argv = [process.execPath, mainOf(app)] as const;
  const logFile = join(folder.logs, `${app}.log`);
  // Paths in the settings are written from where the settings are.
  const cwd = options.settingsFile ? dirname(resolve(options.settingsFile)) : folder.data;
  return keepAlive({ name: app, argv, cwd, env, logFile, ...pauseOf(options) }, options.tell);
}

function pauseOf({ pauseMs }: MillOptions): { readonly pauseMs?: number } {
  return pauseMs === undefined ? {} : { pauseMs };
}

async function ready(app: App, options: MillOptions, child: Child): Promise<void> {
  const client = createClient({ portBase: options.portBase });
  await until(options, child, () => client.problemOf(app));
  options.tell({ kind: 'ready', name: app, address: addressOf(app, options.portBase) });
}

/** A child that keeps dying is not waited for to the end. */
const maxStarts = 4;

async function until(options: MillOptions, child: Child, problem: () => Promise<string | null>): Promise<void> {
  const deadline = Date.now() + (options.readyWithinMs ?? 60_000);
  for (;;) {
    const found = await problem();
    if (found === null) return;
    if (options.signal?.aborted) throw givenUp();
    if (Date.now() > deadline || child.starts() > maxStarts) throw notReady(child, found);
    await new Promise((done) => setTimeout(done, 50));
  }
}

function givenUp(): AppError {
  return new AppError({
    code: 'start-given-up',
    kind: 'unavailable',
    message: 'the start was given up',
    remedy: 'start again',
  });
}

function notReady(child: Child, problem: string): AppError {
  const said = child.tail().slice(-6).join('\n  ');
  return new AppError({
    code: 'not-ready',
    kind: 'unavailable',
    message: `${child.name} does not become ready (${problem})${said ? `; it said:\n  ${said}` : ''}`,
    remedy: 'correct what it says, and start again',
  });
}
