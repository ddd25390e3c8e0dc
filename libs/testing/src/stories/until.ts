import { AppError } from '@millrace/kernel';
import { broken } from './broken';

export interface Wait {
  /** What is waited for, for the error message. */
  readonly what: string;
  readonly seconds: number;
  /** Gives the waiting up. */
  readonly signal?: AbortSignal;
  /** Pause between two questions, in milliseconds; default 100. */
  readonly everyMs?: number;
}

/**
 * Asks again and again until there is an answer. A service that is away at the moment is waited for too, and one that has
 * not yet heard of what it is asked for.
 */
export async function until<T>(wait: Wait, probe: () => Promise<T | null>): Promise<T> {
  const { what, seconds, signal, everyMs = 100 } = wait;
  const deadline = Date.now() + seconds * 1000;
  for (let last = ''; ;) {
    if (signal?.aborted) throw givenUp();
    try {
      const found = await probe();
      if (found !== null) return found;
    } catch (thrown) {
      if (!(thrown instanceof AppError && (thrown.kind === 'unavailable' || thrown.kind === 'missing'))) throw thrown;
      last = `: ${thrown.message}`;
    }
    if (Date.now() > deadline) throw broken(`${what} did not happen within ${seconds} seconds${last}`);
    await new Promise((done) => setTimeout(done, everyMs));
  }
}

function givenUp(): AppError {
  return new AppError({ code: 'given-up', kind: 'unavailable', message: 'ended before the story was over' });
}
