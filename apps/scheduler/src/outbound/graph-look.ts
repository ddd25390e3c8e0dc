import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Input } from '../domain/input';
import type { Outside } from './outside';

/**
 * Asks the resolver for the newest snapshot of a release's graph: the news of one may have been lost. An answer that was
 * under way while a newer one was told counts for nothing.
 */
export function graphLooking({
  asker,
  read,
}: Pick<Outside, 'asker' | 'read'>): WorkKind<{ release: string }, string | null, Input> {
  return {
    kind: 'graph.look',
    concurrency: 1,
    timeoutMs: 30_000,
    tries: 1,
    run: async ({ release }) => {
      const known = async () => (await read.releases.get(release))?.snapshot;
      const before = await known();
      const { snapshot } = await asker.ask(doors.resolver.graph, { release, limit: 1 });
      return (await known()) === before ? snapshot : null;
    },
    toInput: ({ release }, outcome) => ({ type: 'graph.looked', release, snapshot: outcome.ok ? outcome.value : null }),
  };
}
