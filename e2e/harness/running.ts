import { createClient, type Client } from '@millrace/admin-client';
import { doors, type App, type DoorReply } from '@millrace/contracts';
import { findPortBase, startMill, type Child, type Mill } from '@millrace/supervisor';
import { freePort } from '@millrace/testing';
import { broken, runCommand, until, type Ran } from '@millrace/testing/stories';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Stage } from './stage';
import { reportOn } from './report-on';

export type CascadeView = DoorReply<typeof doors.scheduler.cascade>;

export interface RunningWish {
  /** Default: resolver, scheduler and ci-bridge. */
  readonly apps?: readonly App[];
  /** What millrace.yaml says. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Millrace as it runs, and what people do with it. */
export interface Running {
  /** Doors over HTTP, as releng. */
  readonly client: Client;
  readonly mill: Mill;
  /** The command line, which must end with 0; gives what it printed. */
  millrace(...args: readonly string[]): Promise<string>;
  /** The command line, however it ends. */
  attempt(...args: readonly string[]): Promise<Ran>;
  /** `millrace release apply` of this YAML (JSON is YAML). */
  apply(yaml: string | object): Promise<void>;
  /** Says that components changed; gives what became of it. */
  report(
    release: string,
    components: readonly string[],
    why?: string,
  ): Promise<DoorReply<typeof doors.scheduler.changeReport>>;
  /** Starts a cascade of these components, or of all; gives its id. */
  startCascade(release: string, components: readonly string[] | 'all', why?: string): Promise<string>;
  cascade(id: string): Promise<CascadeView>;
  /** Waits until a cascade is in this state, and gives it. */
  reaches(id: string, state: CascadeView['state'], seconds?: number): Promise<CascadeView>;
  /** Waits for an answer that is not null. */
  until<T>(what: string, seconds: number, probe: () => Promise<T | null> | T | null): Promise<T>;
  /** `kill -9`. It is started again at once. */
  kill(name: App | 'nats-server'): void;
  /** Waits until it runs again and is ready; `since`: how often it had been started before it died. */
  isBack(name: App, since: number, seconds?: number): Promise<void>;
  child(name: App | 'nats-server'): Child;
  end(): Promise<void>;
}

const installation = resolve(__dirname, '../../..');
const cli = join(installation, 'apps', 'cli', 'bin', 'millrace.cjs');

export async function startRunning(stage: Stage, { apps, settings }: RunningWish): Promise<Running> {
  const { dir, env, say } = stage;
  const data = join(dir, 'mill');
  mkdirSync(data, { recursive: true });
  const settingsFile = join(dir, 'millrace.yaml');
  writeFileSync(settingsFile, JSON.stringify(settings ?? {}));
  const mill = await startMill({
    ...{ data, settingsFile, env, user: 'rae', apps: apps ?? ['resolver', 'scheduler', 'ci-bridge'], pauseMs: 50 },
    // From anywhere: two stories that begin together would both find the first ones free.
    portBase: await findPortBase(await freePort()),
    tell: (event) => event.kind === 'died' && say(`! ${event.name} ${event.how}`),
  });
  const token = readFileSync(mill.folder.tokenFile, 'utf8').trim();
  const client = createClient({ portBase: mill.portBase, token });
  stage.onTrouble(() => reportOn(client, mill));
  const where = ['--data', data, '--port-base', String(mill.portBase)];
  const attempt: Running['attempt'] = (...args) => {
    const argv = [process.execPath, cli, ...args, ...where] as const;
    return runCommand({ argv, cwd: dir, env: { ...env, NO_COLOR: '1' }, timeoutMs: 60_000 });
  };
  return {
    ...spoken(client, attempt, dir),
    ...killing(mill, client, say),
    client,
    mill,
    attempt,
    end: () => mill.end(),
  };
}

type Spoken = Pick<Running, 'millrace' | 'apply' | 'report' | 'startCascade' | 'cascade' | 'reaches' | 'until'>;

function spoken(client: Client, attempt: Running['attempt'], dir: string): Spoken {
  const cascade: Running['cascade'] = (id) => client.call(doors.scheduler.cascade, { cascade: id });
  const millrace: Running['millrace'] = async (...args) => {
    const { code, stdout, stderr } = await attempt(...args);
    if (code === 0) return stdout;
    throw broken(`\`millrace ${args.join(' ')}\` ended with ${code}: ${(stderr || stdout).trim().slice(-1500)}`);
  };
  const waitFor: Running['until'] = (what, seconds, probe) => until({ what, seconds }, async () => probe());
  return {
    ...{ millrace, cascade, until: waitFor },
    apply: async (yaml) => {
      const file = join(dir, 'release.yaml');
      writeFileSync(file, typeof yaml === 'string' ? yaml : JSON.stringify(yaml));
      await millrace('release', 'apply', file);
    },
    report: (release, components, why = 'a story') =>
      waitFor(`that a change of ${components.join(', ')} is taken`, 30, () =>
        client.call(doors.scheduler.changeReport, {
          ...{ release, why, urgency: 'normal' },
          components: components.map((component) => ({ component })),
        }),
      ),
    startCascade: async (release, components, why = 'a story') => {
      const wanted = components === 'all' ? { components: [], all: true } : { components: [...components] };
      await waitFor(`that the graph of ${release} is there`, 30, async () => {
        const { importing, components: known } = await client.call(doors.resolver.graph, { release });
        return !importing && known.length > 0 ? true : null;
      });
      const started = await client.call(doors.scheduler.cascadeStart, { release, why, ...wanted });
      if (started.cascade === null) throw broken(`no cascade was started: ${started.because}`);
      return started.cascade;
    },
    reaches: (id, state, seconds = 60) =>
      waitFor(`that cascade ${id} is ${state}`, seconds, async () => {
        const view = await cascade(id);
        return view.state === state ? view : null;
      }),
  };
}

function killing(mill: Mill, client: Client, say: Stage['say']): Pick<Running, 'child' | 'kill' | 'isBack'> {
  const child: Running['child'] = (name) => {
    const found = mill.children.find((one) => one.name === name);
    if (found) return found;
    throw broken(`${name} was not started in this scenario`);
  };
  return {
    child,
    kill: (name) => {
      const pid = child(name).pid();
      if (pid === null) throw broken(`${name} is dead already`);
      process.kill(pid, 'SIGKILL');
      say(`kill -9 ${name}`);
    },
    isBack: async (name, since, seconds = 60) => {
      await until({ what: `that ${name} is up again`, seconds }, async () =>
        child(name).starts() > since && (await client.problemOf(name)) === null ? true : null,
      );
    },
  };
}
