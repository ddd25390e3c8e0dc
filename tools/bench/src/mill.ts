import { createClient, type Client } from '@millrace/admin-client';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const command = resolve(__dirname, '../../../apps/cli/bin/millrace.cjs');

/** One service of its own, as `millrace up` starts it. */
export class Mill {
  private up: ChildProcess | null = null;

  constructor(
    private readonly data: string,
    private readonly portBase: number,
    private readonly app: 'resolver' | 'ci-bridge' = 'resolver',
  ) {}

  get resolver(): string {
    return `http://127.0.0.1:${this.portBase + 1}`;
  }

  async start(): Promise<Client> {
    const args = ['up', '--only', this.app, '--data', this.data, '--port-base', String(this.portBase)];
    this.up = spawn(process.execPath, [command, ...args], { stdio: 'ignore' });
    const asking = createClient({ portBase: this.portBase });
    for (let n = 0; (await asking.problemOf(this.app).catch(() => 'not there')) !== null; n++) {
      if (n > 3000 || this.up.exitCode !== null) throw new Error(`the ${this.app} did not come up in ${this.data}`);
      await sleep(20);
    }
    return createClient({ portBase: this.portBase, token: this.token(), timeoutMs: 600_000 });
  }

  async stop(): Promise<void> {
    if (!this.up) return;
    const ended = once(this.up, 'exit');
    this.up.kill('SIGTERM');
    await ended;
    this.up = null;
  }

  /** Highest resident memory of the service's process so far, in megabytes; Linux only. */
  peakMb(): number {
    const status = readFileSync(`/proc/${this.processOf(this.app)}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000);
  }

  /** When the service's process began, in milliseconds since the epoch. */
  startedAt(): number {
    const ticks = readFileSync(`/proc/${this.processOf(this.app)}/stat`, 'utf8')
      .split(') ')[1]!
      .split(' ')[19]!;
    const booted = Number(/btime (\d+)/.exec(readFileSync('/proc/stat', 'utf8'))![1]);
    return (booted + Number(ticks) / 100) * 1000;
  }

  private processOf(app: string): string {
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isApp(name, app, this.up!.pid!));
    if (found[0] === undefined) throw new Error(`there is no process of the ${app}`);
    return found[0];
  }

  private token(): string {
    return readFileSync(join(this.data, 'secrets', 'token'), 'utf8').trim();
  }
}

function isApp(pid: string, app: string, parent: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const ppid = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
    return ppid === parent && line.includes(`apps/${app}/`);
  } catch {
    // It ended while it was looked at.
    return false;
  }
}
