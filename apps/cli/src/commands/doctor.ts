import { checkToolchain } from '@millrace/build-systems';
import { apps, doors } from '@millrace/contracts';
import { AppError, toAppError } from '@millrace/kernel';
import { findNatsServer, isPortFree, listTokens, natsInfo } from '@millrace/supervisor';
import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { counted } from '../words';
import { kojiFindings } from './doctor-koji';

/** `wrong` things keep Millrace from working; `note` is worth knowing. */
interface Finding {
  readonly what: string;
  readonly verdict: 'right' | 'wrong' | 'note';
  readonly says: string;
  readonly remedy: string | null;
}

interface Options {
  readonly koji?: string | true;
  readonly definition?: readonly string[];
  readonly try?: boolean;
}

export const doctor: Leaf<Options> = {
  usage: 'doctor',
  about: 'Checks the machine, the servers and the versions, and says what to do. Ends with 1 when something is wrong.',
  options: (command) =>
    command
      .option(
        '--koji [name]',
        'look at the Koji hubs of the settings file (MILLRACE_CONFIG), or at the one of that name',
      )
      .option('--definition <file...>', 'with --koji: release definitions to check (default: those of the scheduler)')
      .option('--try', "with --koji: make a side tag and remove it: nothing else tells the hub's policy"),
  examples: ['doctor', 'doctor --data /srv/millrace --json', 'doctor --koji', 'doctor --koji --definition f44.yaml'],
  run: async (context, _, { koji, definition = [], try: tries = false }) => {
    const checks = [node, toolchain, natsServer, bus, services, alerts, dataFolder, tokens];
    const findings: readonly Finding[] =
      koji === undefined
        ? (await Promise.all(checks.map((check) => check(context)))).flat()
        : await kojiFindings(context, koji === true ? null : koji, { files: definition, tries });
    context.show(findings, () => findings.map((finding) => wordsOf(context, finding)).join('\n'));
    const wrong = findings.filter((finding) => finding.verdict === 'wrong').length;
    if (wrong === 0) return;
    throw new AppError({
      code: 'doctor-found',
      kind: 'conflict',
      message: `${counted(wrong, 'thing is', 'things are')} wrong`,
      remedy: 'do what stands beside them',
    });
  },
};

function wordsOf({ paint }: Context, { what, verdict, says, remedy }: Finding): string {
  const mark = { right: paint('green', 'ok  '), wrong: paint('red', 'BAD '), note: paint('yellow', 'note') }[verdict];
  return `${mark} ${what.padEnd(14)} ${says}${remedy === null ? '' : `\n     ${' '.repeat(14)} -> ${remedy}`}`;
}

function right(what: string, says: string): Finding {
  return { what, verdict: 'right', says, remedy: null };
}

function wrong(what: string, says: string, remedy: string): Finding {
  return { what, verdict: 'wrong', says, remedy };
}

function note(what: string, says: string, remedy: string | null): Finding {
  return { what, verdict: 'note', says, remedy };
}

function node(): Promise<readonly Finding[]> {
  const { node: version } = process.versions;
  const isOld = Number.parseInt(version, 10) < 20;
  return Promise.resolve([
    isOld ? wrong('node', `${version} is too old`, 'install Node.js 20 or later') : right('node', version),
  ]);
}

async function toolchain(): Promise<readonly Finding[]> {
  const report = await checkToolchain();
  if (report.ok) return [right('local builder', 'all programs are there, and the sandbox works')];
  return report.missing.map(({ tool, remedy }) => wrong(tool, 'is missing or does not work', remedy));
}

async function natsServer({ config }: Context): Promise<readonly Finding[]> {
  if (config.natsUrl)
    return [note('nats-server', `NATS_URL names ${config.natsUrl}: no server of our own is started`, null)];
  try {
    const { path, version } = await findNatsServer(config.path);
    const text = `${path}, version ${version.join('.')}`;
    const [major, minor] = version;
    if (major > 2 || (major === 2 && minor >= 10)) return [right('nats-server', text)];
    return [
      right('nats-server', text),
      note(
        '',
        'before 2.10 it cannot write through to the disk on every message',
        'none needed: what a power cut takes is sent again',
      ),
    ];
  } catch (thrown) {
    const { message, remedy } = toAppError(thrown);
    return [wrong('nats-server', message, remedy ?? 'install it')];
  }
}

async function bus({ portBase, config }: Context): Promise<readonly Finding[]> {
  const url = new URL(config.natsUrl ?? `nats://127.0.0.1:${portBase}`);
  const port = Number(url.port || 4222);
  const info = await natsInfo(url.hostname, port);
  if (info?.jetstream) return [right('bus', `NATS ${info.version} with JetStream answers on port ${port}`)];
  if (info) {
    const remedy = 'start it with -js and a store folder (-sd), or let `millrace up` start one on another --port-base';
    return [wrong('bus', `NATS ${info.version} on port ${port} has no JetStream`, remedy)];
  }
  if (config.natsUrl)
    return [wrong('bus', `nothing answers at ${config.natsUrl}`, 'start that server, or unset NATS_URL')];
  if (await isPortFree(port)) return [note('bus', `nothing on port ${port}: the mill is not up`, 'millrace up')];
  return [wrong('bus', `port ${port} is taken by something else`, 'end it, or use another --port-base')];
}

async function services({ client }: Context): Promise<readonly Finding[]> {
  const problems = await Promise.all(apps.map(async (app) => ({ app, problem: await client.problemOf(app) })));
  if (problems.every(({ problem }) => problem === 'not up')) return [note('services', 'none is up', 'millrace up')];
  return problems.map(({ app, problem }) =>
    problem === null
      ? right(app, `ready at ${client.addressOf(app)}`)
      : wrong(app, problem, `see its log; start it with \`millrace up\``),
  );
}

/** What hangs is worth knowing; it does not keep Millrace from working. */
async function alerts({ client }: Context): Promise<readonly Finding[]> {
  if ((await client.problemOf('scheduler')) !== null) return [];
  try {
    const { alerts: open } = await client.call(doors.scheduler.alerts, {});
    return open.map(({ alert, text, remedy }) => note('alert', `${alert}: ${text}`, remedy));
  } catch (thrown) {
    const { message, remedy } = toAppError(thrown);
    return [note('alerts', `they cannot be read: ${message}`, remedy ?? null)];
  }
}

const leastBytes = 2 * 1024 ** 3;

async function dataFolder({ data }: Context): Promise<readonly Finding[]> {
  try {
    await mkdir(data, { recursive: true });
    await access(data, constants.W_OK);
    const { bavail, bsize } = await statfs(data);
    const free = `${(bavail * bsize) / 1024 ** 3 >= 100 ? '>100' : ((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free`;
    if (bavail * bsize < leastBytes)
      return [wrong('data', `${data}: only ${free}`, 'free space, or use another --data folder')];
    return [right('data', `${data}, ${free}`)];
  } catch (thrown) {
    return [wrong('data', `${data} cannot be written: ${(thrown as Error).message}`, 'use another --data folder')];
  }
}

function tokens({ folder }: Context): Promise<readonly Finding[]> {
  const live = listTokens(folder.tokensFile).filter((token) => token.revoked_at === null);
  return Promise.resolve([
    live.length > 0
      ? right('tokens', counted(live.length, 'token in force', 'tokens in force'))
      : note('tokens', 'there is none yet', '`millrace up` makes one for you'),
  ]);
}
