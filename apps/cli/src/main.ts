import { toAppError } from '@millrace/kernel';
import { CommanderError } from 'commander';
import { exitCodeOf } from './exit-code';
import { program } from './program';

async function main(): Promise<void> {
  process.stdout.on('error', readerGone);
  process.stderr.on('error', readerGone);
  try {
    await program().parseAsync(process.argv);
  } catch (thrown) {
    process.exitCode = exitCodeOf(thrown);
    if (!(thrown instanceof CommanderError)) explain(thrown);
  }
}

/** A reader that has seen enough (`millrace … | head`) is no fault. What ends on signals, such as `up`, goes on. */
function readerGone(error: NodeJS.ErrnoException): void {
  if (process.listenerCount('SIGTERM') === 0) process.exit(error.code === 'EPIPE' ? 0 : 1);
}

function explain(thrown: unknown): void {
  const { message, remedy, kind, code, stack } = toAppError(thrown);
  process.stderr.write(`millrace: ${message}\n`);
  if (remedy) process.stderr.write(`  what to do: ${remedy}\n`);
  if (kind === 'bug' && code === 'unexpected') process.stderr.write(`${stack}\n`);
}

void main();
