import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Asker } from '@millrace/service';
import { work, type ResolverInput, type ToldRelease } from '../domain/input';

/** Asks the scheduler for all release definitions, for a resolver that starts after the bus forgot them. */
export function releasesAsker(asker: Asker): WorkKind<object, readonly ToldRelease[], ResolverInput> {
  return {
    kind: work.askReleases,
    concurrency: 1,
    timeoutMs: 30_000,
    tries: 8,
    async run() {
      const { releases } = await asker.ask(doors.scheduler.releases, {});
      return releases.map(({ name, revision, definition }) => ({ name, revision, definition }));
    },
    toInput: (_, outcome) => ({ type: 'releases-told', releases: outcome.ok ? outcome.value : null }),
  };
}
