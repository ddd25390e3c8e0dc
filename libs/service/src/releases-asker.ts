import { doors, type ReleaseDefinition } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Asker } from './definition';

/** A release definition as the scheduler tells it, by event or by answer. */
export interface ToldRelease {
  readonly name: string;
  readonly revision: number;
  readonly definition: ReleaseDefinition;
}

/** The input that every service which keeps release definitions takes. */
export interface ReleasesTold {
  readonly type: 'releases-told';
  readonly releases: readonly ToldRelease[];
}

/**
 * Asks the scheduler for all release definitions: a service that starts after the bus forgot them learns them so. When
 * nobody answers in time the definitions come by their events.
 */
export function releasesAsker(asker: Asker): WorkKind<object, readonly ToldRelease[], ReleasesTold> {
  return {
    kind: 'releases.ask',
    concurrency: 1,
    timeoutMs: 30_000,
    tries: 12,
    run: async () => {
      const { releases } = await asker.ask(doors.scheduler.releases, {});
      return releases.map(({ name, revision, definition }) => ({ name, revision, definition }));
    },
    toInput: (_, outcome) => ({ type: 'releases-told', releases: outcome.ok ? outcome.value : [] }),
  };
}
