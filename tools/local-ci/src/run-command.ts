import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export interface Command {
  readonly argv: readonly string[];
  readonly path: string;
  readonly seconds: number;
  /** Output goes to the end of this file. */
  readonly log: string;
}

export interface CommandResult {
  /** null when it was killed. */
  readonly code: number | null;
  readonly timedOut: boolean;
  /** The end of what it printed. */
  readonly output: string;
  readonly seconds: number;
}

const keptBytes = 4096;
/** A program that prints without end is as bad as one that runs without end. */
const mostBytes = 16 * 1024 * 1024;

/** Runs a command with an argument list, in a process group of its own, and ends all of it when its time is over. */
export async function runCommand({ argv, path, seconds, log }: Command): Promise<CommandResult> {
  const file = createWriteStream(log, { flags: 'a' });
  const started = Date.now();
  const [command, ...args] = argv;
  const child = spawn(command!, args, {
    cwd: '/',
    detached: true,
    env: { PATH: path, LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let printed = 0;
  let timedOut = false;
  const keep = (chunk: Buffer): void => {
    printed += chunk.length;
    output = (output + chunk.toString('utf8')).slice(-keptBytes);
    if (printed <= mostBytes) file.write(chunk);
    else endGroup(child.pid);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child.pid);
  }, seconds * 1000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    return { code, timedOut, output, seconds: (Date.now() - started) / 1000 };
  } finally {
    clearTimeout(timer);
    file.end();
    await finished(file);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}
