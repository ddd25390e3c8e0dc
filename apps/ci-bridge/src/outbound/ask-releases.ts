import { doors, type DoorReply, type DoorRequest } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Input } from '../domain/input';

type Releases = (typeof doors)['scheduler']['releases'];

/** Asks the scheduler for the release definitions that were said before this service was there. */
export function askReleases(
  ask: (door: Releases, request: DoorRequest<Releases>) => Promise<DoorReply<Releases>>,
): WorkKind<object, Extract<Input, { type: 'releases-told' }>['releases'], Input> {
  return {
    kind: 'releases.ask',
    concurrency: 1,
    timeoutMs: 30_000,
    tries: 12,
    run: async () => {
      const { releases } = await ask(doors.scheduler.releases, {});
      return releases.map(({ name, revision, definition }) => ({ name, revision, definition }));
    },
    // A scheduler that is away says its releases as events when it is back.
    toInput: (_, outcome) => ({ type: 'releases-told', releases: outcome.ok ? outcome.value : [] }),
  };
}
