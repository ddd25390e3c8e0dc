import type { TypedInput } from '@millrace/engine';
import { toAppError } from '@millrace/kernel';
import type { Tables } from '@millrace/store';
import type { ServiceDefinition } from './definition';
import { processEnvironment } from './config';
import { keepHeapSmall } from './small-heap';
import { startService } from './start-service';

/** A service's whole `main`: runs until SIGINT or SIGTERM. Ends with 1 and a plain message when it cannot start. */
export async function runService<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
): Promise<void> {
  keepHeapSmall();
  const starting = startService(definition, processEnvironment());
  const end = (): void => {
    // A part that hangs must not keep a stopped service alive: what matters is committed.
    setTimeout(() => process.exit(0), 8000).unref();
    const stopped = starting.then((running) => running.stop());
    void stopped.catch(() => undefined).then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  try {
    await starting;
  } catch (thrown) {
    const { message, remedy, kind, stack } = toAppError(thrown);
    process.stderr.write(
      `${definition.app}: ${message}\n${remedy ? `  what to do: ${remedy}\n` : ''}${kind === 'bug' ? `${stack}\n` : ''}`,
    );
    process.exit(1);
  }
}
