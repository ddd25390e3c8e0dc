import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Input } from '../domain/input';
import type { Outside } from './outside';

/** Asks the resolver for the newest snapshot of a release's graph: the news of one may have been lost. */
export function graphLooking({ asker }: Pick<Outside, 'asker'>): WorkKind<{ release: string }, string | null, Input> {
  return {
    kind: 'graph.look',
    concurrency: 1,
    timeoutMs: 30_000,
    tries: 1,
    run: async ({ release }) => (await asker.ask(doors.resolver.graph, { release, limit: 1 })).snapshot,
    toInput: ({ release }, outcome) => ({ type: 'graph.looked', release, snapshot: outcome.ok ? outcome.value : null }),
  };
}
