import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Asker } from '@millrace/service';
import { factsDigest, factsOfBuild, type ComponentFacts } from '../domain/facts';
import { work, type ContentsOrder, type ResolverInput } from '../domain/input';

interface Fetched {
  readonly digest: string;
  readonly facts: ComponentFacts;
}

/** Fetches the contents of a validated build from the scheduler. */
export function contentsFetcher(asker: Asker): WorkKind<ContentsOrder, Fetched, ResolverInput> {
  return {
    kind: work.fetchContents,
    concurrency: 4,
    // A scheduler that was killed meanwhile never answers: it is asked again soon, since comparisons wait for this.
    timeoutMs: 15_000,
    tries: 10,
    async run({ contents }, { signal }) {
      const asked = asker.ask(doors.scheduler.contents, { digest: contents });
      const facts = factsOfBuild(await Promise.race([asked, whenAborted(signal)]));
      return { digest: factsDigest(facts), facts };
    },
    toInput: ({ release, layer }, outcome) => ({ type: 'contents-fetched', release, layer, outcome }),
  };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, fail) => {
    const stop = (): void => fail(new Error('the question was given up'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}
