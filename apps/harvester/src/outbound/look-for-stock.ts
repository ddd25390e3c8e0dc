import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Asker } from '@millrace/service';
import { lookWork, type HarvesterInput, type LookOrder, type Stock } from '../domain/input';

/** Asks the resolver for the release's components, and the scheduler for their newest validated builds. */
export function stockLooker(asker: Asker): WorkKind<LookOrder, Stock, HarvesterInput> {
  return {
    kind: lookWork,
    concurrency: 2,
    timeoutMs: 60_000,
    tries: 4,
    async run({ release }) {
      const [{ components }, { builds, repository }] = await Promise.all([
        asker.ask(doors.resolver.graph, { release }),
        asker.ask(doors.scheduler.validated, { release }),
      ]);
      return {
        components: components.filter((c) => !c.external).map((c) => c.component),
        builds: builds.map(({ component, build, nvr, contents }) => ({ component, build, nvr, contents })),
        repository,
      };
    },
    toInput: ({ release, compose, look }, outcome) => ({ type: 'looked', release, compose, look, outcome }),
  };
}
