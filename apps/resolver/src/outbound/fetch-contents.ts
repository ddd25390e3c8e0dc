import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import type { Asker } from '@millrace/service';
import { factsDigest, factsOfBuild, type ComponentFacts } from '../domain/facts';
import { work, type ContentsOrder, type ResolverInput } from '../domain/input';

interface Fetched {
  readonly digest: string;
  readonly facts: ComponentFacts;
}

/** Longest wait for one answer. */
const longestMs = 16_000;

/** Fetches the contents of a validated build from the scheduler. */
export function contentsFetcher(asker: Asker): WorkKind<ContentsOrder, Fetched, ResolverInput> {
  return {
    kind: work.fetchContents,
    concurrency: 4,
    timeoutMs: longestMs + 1000,
    tries: 20,
    longestPauseMs: 2000,
    async run({ contents }, { attempt }) {
      const asked = asker.ask(doors.scheduler.contents, { digest: contents });
      const facts = factsOfBuild(await within(patienceMs(attempt), asked));
      return { digest: factsDigest(facts), facts };
    },
    toInput: ({ release, layer }, outcome) => ({ type: 'contents-fetched', release, layer, outcome }),
  };
}

/** A scheduler that was killed meanwhile never answers: it is asked again soon, since comparisons wait for this. */
export function patienceMs(attempt: number): number {
  return Math.min(longestMs, 2000 * 2 ** (attempt - 1));
}

/** @throws AppError `service-silent` (unavailable) */
async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const silent = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(silence(ms)), ms);
  });
  return Promise.race([asked, silent]).finally(() => clearTimeout(timer));
}

function silence(ms: number): AppError {
  return new AppError({
    code: 'service-silent',
    kind: 'unavailable',
    message: `the scheduler did not answer 'contents' within ${ms} ms`,
    remedy: 'check that it runs; it is asked again',
  });
}
