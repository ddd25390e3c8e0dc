import { AppError } from '@millrace/kernel';

const everyMs = 100;

/** Asks again and again until there is an answer; a service that is away at the moment is waited for too. */
export async function until<T>(what: string, seconds: number, probe: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (let last = ''; ;) {
    try {
      const found = await probe();
      if (found !== null) return found;
    } catch (thrown) {
      if (!(thrown instanceof AppError && thrown.kind === 'unavailable')) throw thrown;
      last = `: ${thrown.message}`;
    }
    if (Date.now() > deadline) throw broken(`${what} did not happen within ${seconds} seconds${last}`);
    await new Promise((done) => setTimeout(done, everyMs));
  }
}

export function expect(holds: boolean, problem: string): void {
  if (!holds) throw broken(problem);
}

export function broken(problem: string): AppError {
  return new AppError({ code: 'story-broken', kind: 'bug', message: problem, remedy: 'look at the logs (--keep)' });
}
