import { AppError } from '@millrace/kernel';
import { connectToHub, type KojiHub, type RpcValue } from '@millrace/koji';
import type { HubState } from '@millrace/koji/fake';
import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';

const program = resolve(__dirname, '../../../libs/clients/koji/dist/fake/main.js');

/** The fake hub as a process of its own, and what the story does to it from outside. */
export interface HubProcess {
  readonly url: string;
  /** A method of the fake's own: what an administrator or an accident does. */
  act(method: string, ...params: readonly RpcValue[]): Promise<unknown>;
  state(): Promise<HubState>;
  /** A session of somebody. */
  connect(user: string): KojiHub;
  end(): Promise<void>;
}

export async function startHub(dir: string): Promise<HubProcess> {
  const argv = [program, '--port', '0', '--state', join(dir, 'hub.json')];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await addressOf(child);
  const connect = (user: string): KojiHub =>
    connectToHub({ url, login: { kind: 'password', user, password: user }, pace: { tries: 50, intervalMs: 100 } });
  const admin = connect('kojiadmin');
  const act = async (method: string, ...params: readonly RpcValue[]): Promise<unknown> => {
    const outcome = await admin.write.call(`fake.${method}`, params);
    return outcome.kind === 'answered' ? outcome.value : null;
  };
  return {
    ...{ url, act, connect },
    state: async () => (await act('state')) as HubState,
    end: async () => {
      await admin.close().catch(() => undefined);
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('\n')) done((JSON.parse(text.split('\n')[0]!) as { url: string }).url);
    });
    child.once('exit', (code) => fail(notStarted(code)));
  });
}

function notStarted(code: number | null): AppError {
  const message = `the fake hub ended with ${code}`;
  return new AppError({ code: 'hub-not-started', kind: 'bug', message, remedy: 'run `npm run build`' });
}
