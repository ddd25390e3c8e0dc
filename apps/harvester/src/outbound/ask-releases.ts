import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Asker } from '@millrace/service';
import { releasesWork, type HarvesterInput } from '../domain/input';

type Told = Extract<HarvesterInput, { type: 'releases-told' }>;

/**
 * Asks the scheduler for all release definitions: a harvester that starts after the bus forgot them learns them so.
 * When nobody answers in time the definitions come by their events.
 */
export function releasesAsker(asker: Asker): WorkKind<object, Told['releases'], HarvesterInput> {
  return {
    kind: releasesWork,
    concurrency: 1,
    timeoutMs: 30_000,
    tries: 8,
    async run() {
      const { releases } = await asker.ask(doors.scheduler.releases, {});
      return releases.map(({ name, revision, definition }) => ({ name, revision, definition }));
    },
    toInput: (_, outcome) => ({ type: 'releases-told', releases: outcome.ok ? outcome.value : [] }),
  };
}
