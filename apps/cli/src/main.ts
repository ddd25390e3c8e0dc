import { toAppError } from '@millrace/kernel';
import { CommanderError } from 'commander';
import { exitCodeOf } from './exit-code';
import { program } from './program';

async function main(): Promise<void> {
  // A reader that has seen enough (`millrace … | head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await program().parseAsync(process.argv);
  } catch (thrown) {
    process.exitCode = exitCodeOf(thrown);
    if (!(thrown instanceof CommanderError)) explain(thrown);
  }
}

function explain(thrown: unknown): void {
  const { message, remedy, kind, code, stack } = toAppError(thrown);
  process.stderr.write(`millrace: ${message}\n`);
  if (remedy) process.stderr.write(`  what to do: ${remedy}\n`);
  if (kind === 'bug' && code === 'unexpected') process.stderr.write(`${stack}\n`);
}

void main();
