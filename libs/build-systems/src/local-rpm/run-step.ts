import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { watchResources, type Breach, type Watch } from './resource-watch';

export interface Step {
  readonly argv: readonly string[];
  /** PATH for the command and what it starts outside a sandbox. */
  readonly path: string;
  /** More of the environment. Nothing of the caller's own goes along. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard error goes to the end of this file; without one its end is returned. */
  readonly log?: string;
  /** Where standard output goes: into the log as well, or back to the caller. */
  readonly output: 'log' | 'returned';
  readonly watch?: Watch;
}

export interface StepResult {
  /** null when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it was killed, when a limit did it. */
  readonly breach: Breach | null;
}

const mostOutput = 64 * 1024 * 1024;
const keptErrors = 16 * 1024;

/** Runs one command with an argument vector, never through a shell, until it ends or a limit ends it. */
export async function runStep(step: Step): Promise<StepResult> {
  const log = step.log === undefined ? null : openSync(step.log, 'a', 0o644);
  try {
    return await runWith(step, log);
  } finally {
    if (log !== null) closeSync(log);
  }
}

function runWith(step: Step, log: number | null): Promise<StepResult> {
  const [command, ...args] = step.argv;
  const stdout: Buffer[] = [];
  let stdoutBytes = 0;
  let stderr = '';
  let breach: Breach | null = null;
  return new Promise((resolve, reject) => {
    const child = spawn(command!, args, {
      cwd: '/',
      env: { PATH: step.path, LC_ALL: 'C.UTF-8', ...step.env },
      stdio: ['ignore', step.output === 'log' && log !== null ? log : 'pipe', log ?? 'pipe'],
    });
    const stop = (because: Breach): void => {
      breach ??= because;
      child.kill('SIGKILL');
    };
    const unwatch = step.watch && child.pid ? watchResources(child.pid, step.watch, stop) : () => undefined;
    child.stdout?.on('data', (chunk: Buffer) => {
      stdoutBytes += chunk.length;
      if (stdoutBytes <= mostOutput) stdout.push(chunk);
      else stop({ failureClass: 'limits', summary: `${command} printed over ${mostOutput} bytes` });
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-keptErrors);
    });
    child.on('error', (error) => {
      unwatch();
      reject(error);
    });
    child.on('close', (code) => {
      unwatch();
      resolve({ code, stdout: Buffer.concat(stdout).toString('utf8'), stderr, breach });
    });
  });
}
