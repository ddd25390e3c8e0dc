import { AppError } from '@millrace/kernel';
import { spawn } from 'node:child_process';

const maxOutput = 256 * 1024;

export interface Ran {
  readonly code: number;
  /** Standard output and error in the order that they came, the last 256 KiB. */
  readonly output: string;
}

/**
 * Runs a program of the system with an argument vector and an environment of its own; the signal ends it.
 * Throws `tool-missing` when the machine has no such program, `tool-ended` when the signal came.
 */
export function runTool(argv: readonly string[], home: string, signal: AbortSignal): Promise<Ran> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: home, LC_ALL: 'C.UTF-8', TMPDIR: home };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
    let output = '';
    const gather = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-maxOutput);
    };
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    child.once('error', (cause: NodeJS.ErrnoException) => reject(faultOf(program, cause)));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The same for a program that must succeed. */
export async function runToolWell(argv: readonly string[], home: string, signal: AbortSignal): Promise<string> {
  const { code, output } = await runTool(argv, home, signal);
  if (code === 0) return output;
  throw new AppError({
    code: 'tool-failed',
    kind: 'invalid',
    message: `${argv.slice(0, 3).join(' ')} ended with ${code}: ${output.trim().slice(-1000)}`,
    remedy: 'read its message, and run `millrace doctor`',
  });
}

function faultOf(program: string, cause: NodeJS.ErrnoException): AppError {
  if (cause.code === 'ENOENT') {
    const remedy = 'install it (`npm run setup` does), and make the compose again';
    return new AppError({
      code: 'tool-missing',
      kind: 'invalid',
      message: `there is no ${program} here`,
      remedy,
      cause,
    });
  }
  const message = `${program} was ended: ${cause.message}`;
  return new AppError({ code: 'tool-ended', kind: 'unavailable', message, remedy: 'it is tried again', cause });
}
