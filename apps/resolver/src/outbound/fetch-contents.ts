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
    timeoutMs: 60_000,
    tries: 10,
    async run({ contents }) {
      const facts = factsOfBuild(await asker.ask(doors.scheduler.contents, { digest: contents }));
      return { digest: factsDigest(facts), facts };
    },
    toInput: ({ release, layer }, outcome) => ({ type: 'contents-fetched', release, layer, outcome }),
  };
}
