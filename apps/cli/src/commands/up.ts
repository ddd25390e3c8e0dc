import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createClient, readReleaseFile } from '@millrace/admin-client';
import { apps, doors, type App, type DoorRequest } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { startMill, type Mill, type MillEvent, type MillOptions } from '@millrace/supervisor';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { lintText } from './release-lint';

interface Options {
  readonly only?: readonly string[];
  readonly config?: string;
}

export const up: Leaf<Options> = {
  usage: 'up',
  about:
    'Starts nats-server and the five services in the foreground, keeps them alive, and ends them on Ctrl-C. ' +
    'With NATS_URL that server is used instead of a private one.',
  options: (command) =>
    command
      .option('--only <app...>', `start only these services: ${apps.join(', ')}`)
      .option(
        '--config <dir>',
        'apply the release definitions DIR/*.yaml once the scheduler is ready; DIR/millrace.yaml has the settings',
      ),
  examples: ['up', 'up --config ./releases --data /srv/millrace', 'up --only resolver scheduler --port-base 5100'],
  run: async (context, _, options) => {
    const only = appsOf(options.only ?? []);
    const files = options.config === undefined ? [] : definitionsIn(options.config);
    const ending = endSignal();
    const mill = await startUnlessGivenUp({
      signal: ending.signal,
      data: context.data,
      portBase: context.portBase,
      ...(only.length > 0 ? { apps: only } : {}),
      natsUrl: context.config.natsUrl ?? null,
      settingsFile: context.config.settingsFile ?? settingsIn(options.config),
      user: context.config.user,
      env: context.config.all,
      tell: (event) => tell(context, event),
    });
    if (mill === null) return;
    try {
      if (only.length === 0 || only.includes('scheduler')) await applyAll(context, mill, files);
      context.note(context.paint('green', `up: ${context.data} on ports ${context.portBase} and up; Ctrl-C ends it`));
      await ending.done;
    } finally {
      context.note('ending');
      await mill.end();
    }
  },
};

const settingsName = 'millrace.yaml';

/** Settings stand beside the release definitions, or where the command is given. */
function settingsIn(dir: string | undefined): string | null {
  return [dir ?? '.', '.'].map((folder) => resolve(folder, settingsName)).find((file) => existsSync(file)) ?? null;
}

function appsOf(names: readonly string[]): readonly App[] {
  return names.map((name) => {
    const app = apps.find((known) => known === name);
    if (app) return app;
    throw misused(`there is no service '${name}'`, `choose from ${apps.join(', ')}`);
  });
}

function definitionsIn(dir: string): readonly string[] {
  const folder = resolve(dir);
  if (!existsSync(folder))
    throw misused(`there is no folder ${folder}`, 'give --config a folder with release definitions');
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name) && name !== settingsName)
    .sort()
    .map((name) => join(folder, name));
}

/** One definition that is wrong is said, and the others are applied all the same. */
async function applyAll(context: Context, mill: Mill, files: readonly string[]): Promise<void> {
  const token = readFileSync(mill.folder.tokenFile, 'utf8').trim();
  const client = createClient({ portBase: mill.portBase, token });
  for (const file of files) {
    const read = readReleaseFile(file);
    if (!read.ok) {
      context.note(context.paint('red', lintText(file, read.problems)));
      continue;
    }
    context.note(await applied(context, client, file, read.definition));
  }
}

/** What is refused, such as builds that nobody has agreed to, is said; the release stays as it was. */
async function applied(
  context: Context,
  client: Context['client'],
  file: string,
  definition: DoorRequest<typeof doors.scheduler.releaseApply>['definition'],
): Promise<string> {
  try {
    const why = `applied at start from ${file}`;
    const { name, revision, changed } = await client.call(doors.scheduler.releaseApply, { definition, why });
    return `release ${name}: revision ${revision}${changed ? '' : ', unchanged'}`;
  } catch (thrown) {
    if (!(thrown instanceof AppError) || (thrown.kind !== 'conflict' && thrown.kind !== 'invalid')) throw thrown;
    return context.paint('red', `${file} is not applied: ${thrown.message} (${thrown.remedy ?? 'correct it'})`);
  }
}

/** null when somebody ended it while it started: that is no fault. */
async function startUnlessGivenUp(options: MillOptions): Promise<Mill | null> {
  try {
    return await startMill(options);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'start-given-up') return null;
    throw thrown;
  }
}

function endSignal(): { readonly signal: AbortSignal; readonly done: Promise<void> } {
  const ending = new AbortController();
  const done = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()));
  // `on`, not `once`: a second signal must not cut the ending short. A closed terminal sends two.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
  return { signal: ending.signal, done };
}

function tell(context: Context, event: MillEvent): void {
  const { paint } = context;
  switch (event.kind) {
    case 'started':
      return event.starts > 1 ? context.note(`${event.name} was started again (process ${event.pid})`) : undefined;
    case 'died':
      return context.note(
        paint('yellow', `${event.name} ${event.how}; it is started again in ${event.againInMs / 1000} s`),
      );
    case 'ready':
      return context.note(`${event.name.padEnd(12)} ${event.address}`);
    case 'line':
      return tellLine(context, event.name, event.line);
    case 'ended':
      return undefined;
  }
}

/** Everything is in the log files; here only what somebody must see: errors, and what is no log line at all. */
function tellLine(context: Context, name: string, line: string): void {
  if (/^\[\d+\] .*\[(INF|DBG|TRC|WRN)\]/.test(line)) return;
  const entry = entryOf(line);
  if (entry === null) return context.note(`${name.padEnd(12)} ${line}`);
  if (entry.level < errorLevel) return;
  const reason = entry.reason ?? entry.err?.message;
  context.note(context.paint('red', `${name.padEnd(12)} ${entry.msg ?? line}${reason ? `: ${reason}` : ''}`));
}

/** pino's number for `error`. */
const errorLevel = 50;

interface Entry {
  readonly level: number;
  readonly msg?: string;
  readonly reason?: string;
  readonly err?: { readonly message?: string };
}

function entryOf(line: string): Entry | null {
  if (!line.startsWith('{"level":')) return null;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
}
