import { startFakeForge, gitWorld, startGitServer } from '@millrace/dist-git/fake';
import type { FakeForge, GitServer, GitWorld } from '@millrace/dist-git/fake';
import { startFakeHub, type FakeHub, type FakeHubOptions } from '@millrace/koji/fake';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRunning, type Running, type RunningWish } from './running';

/** What a scenario can have: other people's servers, and Millrace itself. All of it in one temporary folder. */
export interface Stage {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  say(line: string): void;
  /** Bare repositories, and people who push to them. Its `root` is a folder that release definitions can name. */
  git(): GitWorld;
  /** Those repositories over http. */
  gitServer(world: GitWorld): Promise<GitServer>;
  forge(kind: Parameters<typeof startFakeForge>[0], project: string): Promise<FakeForge>;
  /** An empty Koji hub in this process, with an administrator, `millrace` and `maintainer`; passwords are the names. */
  hub(options?: FakeHubOptions): Promise<FakeHub>;
  /** Millrace: a real nats-server and services on ports of their own, with SQLite. */
  start(wish?: RunningWish): Promise<Running>;
  /** A file that only its owner reads; gives its path. */
  secret(name: string, text: string): string;
  /** Something of the scenario's own that must end with it. */
  atEnd(act: () => Promise<void> | void): void;
  /** What is told of it when the scenario breaks. */
  onTrouble(tell: () => Promise<string> | string): void;
}

export interface OpenStage extends Stage {
  /** Everything that was started, as it stands now. */
  report(): Promise<string>;
  end(): Promise<void>;
}

export function openStage(name: string, env: NodeJS.ProcessEnv, keep: boolean, say: Stage['say']): OpenStage {
  const dir = mkdtempSync(join(tmpdir(), `millrace-${name}-`));
  const ends: (() => Promise<void> | void)[] = [];
  const tellings: (() => Promise<string> | string)[] = [];
  const atEnd: Stage['atEnd'] = (act) => void ends.push(act);
  const stage: OpenStage = {
    ...{ dir, env, say, atEnd },
    onTrouble: (tell) => void tellings.push(tell),
    git: () => gitWorld({ within: dir, suffix: '' }),
    gitServer: (world) => started(startGitServer({ root: world.root }), (server) => server.stop(), atEnd),
    forge: (kind, project) => started(startFakeForge(kind, project), (forge) => forge.stop(), atEnd),
    hub: async (options) => {
      const hub = await started(startFakeHub(options), (one) => one.close(), atEnd);
      hub.control.addUser('kojiadmin', 'kojiadmin', ['admin']);
      for (const user of ['millrace', 'maintainer']) hub.control.addUser(user, user);
      return hub;
    },
    start: (wish = {}) => started(startRunning(stage, wish), (one) => one.end(), atEnd),
    secret: (file, text) => {
      mkdirSync(join(dir, 'secrets'), { recursive: true });
      writeFileSync(join(dir, 'secrets', file), text, { mode: 0o600 });
      return join(dir, 'secrets', file);
    },
    report: async () => (await Promise.all(tellings.map(told))).filter(Boolean).join('\n'),
    end: async () => {
      for (const act of ends.reverse()) await act();
      if (!keep) rmSync(dir, { recursive: true, force: true });
    },
  };
  return stage;
}

async function started<T>(starting: Promise<T>, end: (one: T) => Promise<void>, atEnd: Stage['atEnd']): Promise<T> {
  const one = await starting;
  atEnd(() => end(one));
  return one;
}

/** What broke the scenario may have broken this too. */
async function told(tell: () => Promise<string> | string): Promise<string> {
  try {
    return await tell();
  } catch (thrown) {
    return `(not to be had: ${(thrown as Error).message})`;
  }
}
