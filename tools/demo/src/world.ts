import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createClient, type Client } from '@millrace/admin-client';
import { apps } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import {
  assertPortsFree,
  findPortBase,
  isPortFree,
  keepAlive,
  passwordFileOf,
  startMill,
  type Child,
  type ChildEvent,
  type Mill,
  type MillEvent,
} from '@millrace/supervisor';
import { broken, type Ran, runCommand } from '@millrace/testing/stories';
import type { Config } from './config';
import { makeDatabases } from './crashes/copied-database';
import type { View } from './view/view';

/** The clone: this file is `tools/demo/{src,dist}/world`. */
export const clone = resolve(__dirname, '../../..');
export const example = join(clone, 'examples', 'minidistro');
export const release = 'minidistro';

/** Everything that the story happens in: a mill of its own, a CI, a mail server, git repositories, people. */
export interface World {
  readonly config: Config;
  readonly dir: string;
  readonly portBase: number;
  readonly mill: Mill;
  readonly client: Client;
  readonly children: readonly Child[];
  readonly inbox: string;
  readonly distGit: string;
  /** Folder of the local builder: the build system's own door. */
  readonly builds: string;
  readonly view: View;
  readonly signal: AbortSignal;
  end(): Promise<void>;
}

/** NATS, five services and the mail server. */
const portsNeeded = 7;

/**
 * Empties the folder and starts everything in it.
 *
 * @throws AppError `already-running`, and those of `startMill`
 */
export async function openWorld(config: Config, view: View, signal: AbortSignal): Promise<World> {
  const { dir, env } = config;
  const portBase = config.portBase ?? (await findPortBase(4100, portsNeeded));
  await assertPortsFree(portBase, true, apps);
  const inbox = join(dir, 'inbox');
  const own: Child[] = [];
  const smtpPort = portBase + portsNeeded - 1;
  if (!(await isPortFree(smtpPort)))
    throw broken(`port ${smtpPort}, which the mail server needs, is taken`, 'choose another --port-base');
  await emptyFolder(dir, env);
  const databases = config.postgres === null ? {} : await makeDatabases(config.postgres, apps);
  own.push(startTool('smtp-inbox', ['--port', String(smtpPort), '--dir', inbox], config, view));
  const mill = await startMill({
    data: dir,
    portBase,
    user: 'demo',
    env: { ...env, ...settings(portBase, smtpPort), ...databases },
    signal,
    tell: (event) => tell(view, event),
  }).catch(async (thrown: unknown) => {
    await endAll(own);
    throw thrown;
  });
  const ci = ['--nats', mill.natsUrl, '--user', 'guest', '--password-file', passwordFileOf(mill.folder, 'guest')];
  own.push(startTool('local-ci', [...ci, '--work', join(dir, 'ci')], config, view));
  const token = readFileSync(mill.folder.tokenFile, 'utf8').trim();
  return {
    ...{ config, dir, portBase, mill, inbox, view, signal },
    client: createClient({ portBase, token }),
    children: [...mill.children, ...own],
    distGit: join(dir, 'dist-git'),
    builds: join(dir, 'scheduler', 'build-systems', 'local-rpm'),
    end: async () => {
      await endAll(own);
      await mill.end();
      rmSync(join(dir, 'pid'), { force: true });
    },
  };
}

function settings(portBase: number, smtpPort: number): NodeJS.ProcessEnv {
  const address = (offset: number): string => `http://127.0.0.1:${portBase + offset}`;
  return {
    MILLRACE_NOTIFIER_SMTP_HOST: '127.0.0.1',
    MILLRACE_NOTIFIER_SMTP_PORT: String(smtpPort),
    MILLRACE_NOTIFIER_RESOLVER_URL: address(1),
    MILLRACE_NOTIFIER_SCHEDULER_URL: address(2),
    MILLRACE_NOTIFIER_CI_BRIDGE_URL: address(3),
    MILLRACE_NOTIFIER_HARVESTER_URL: address(5),
  };
}

function startTool(name: string, args: readonly string[], { dir, env }: Config, view: View): Child {
  const main = join(clone, 'tools', name, 'dist', 'main.js');
  if (!existsSync(main)) throw broken(`${name} has not been built: ${main} is missing`, 'run `npm run setup`');
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const logFile = join(dir, 'logs', `${name}.log`);
  return keepAlive({ name, argv: [process.execPath, main, ...args], cwd: dir, env, logFile }, (e) => tell(view, e));
}

async function endAll(children: readonly Child[]): Promise<void> {
  await Promise.all(children.map((child) => child.end()));
}

function tell(view: View, event: MillEvent | ChildEvent): void {
  if (event.kind === 'ready') view.say(`${event.name.padEnd(12)} ${event.address}`);
  if (event.kind === 'died')
    view.say(`! ${event.name} ${event.how}; it is started again in ${event.againInMs / 1000} s`);
  if (event.kind === 'started' && event.starts > 1) view.say(`! ${event.name} is up again (process ${event.pid})`);
}

/** What an earlier story left goes; one that still runs is left alone. */
async function emptyFolder(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const pidFile = join(dir, 'pid');
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
  if (pid > 0 && isStory(pid)) {
    throw new AppError({
      code: 'already-running',
      kind: 'conflict',
      message: `the story runs already in ${dir}, as process ${pid}`,
      remedy: `end it first (Ctrl-C there, or kill ${pid}), or give this one another folder with --dir`,
    });
  }
  await removeTree(dir, env);
  mkdirSync(dir, { recursive: true });
  writeFileSync(pidFile, String(process.pid));
}

function isStory(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes('demo');
  } catch (thrown) {
    // Without /proc a living process is taken for it.
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT' && (thrown as NodeJS.ErrnoException).path !== undefined;
  }
}

/** Overlay mounts leave folders that even their owner may not read. */
async function removeTree(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (!existsSync(dir)) return;
  const first = await runCommand({ argv: ['rm', '-rf', '--', dir], env });
  if (first.code === 0) return;
  await runCommand({ argv: ['chmod', '-R', 'u+rwX', '--', dir], env });
  const { code, stderr } = await runCommand({ argv: ['rm', '-rf', '--', dir], env });
  if (code !== 0) throw broken(`${dir} cannot be emptied: ${stderr.trim()}`, 'remove it by hand');
}

/** The release definition of the example, where `millrace release apply` finds the repositories beside it. */
export function layOutConfig(world: World): string {
  const file = join(world.dir, 'release.yaml');
  cpSync(join(example, 'release.yaml'), file);
  return file;
}

/** The command line, as people use it. */
export function millrace(world: World, args: readonly string[]): Promise<Ran> {
  const bin = join(clone, 'apps', 'cli', 'bin', 'millrace.cjs');
  const where = ['--data', world.dir, '--port-base', String(world.portBase)];
  const env = { ...world.config.env, NO_COLOR: '1' };
  return runCommand({ argv: [process.execPath, bin, ...args, ...where], cwd: clone, env, timeoutMs: 180_000 });
}

/** The same; it must end with 0. */
export async function millraceDone(world: World, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await millrace(world, args);
  if (code === 0) return stdout.trim();
  throw broken(
    `\`millrace ${args.slice(0, 3).join(' ')}\` ended with ${code}: ${(stderr || stdout).trim().slice(-800)}`,
  );
}
