import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import type { Input } from '../domain/input';
import type { BrokenRequirement } from '../domain/trigger-input';
import type { Outside } from './outside';

interface SnapshotOrder {
  readonly release: string;
  readonly from: string;
  readonly to: string;
}

/** Requirements that are looked at: a snapshot that breaks more has lost its sources. */
const mostBroken = 10_000;

/** Asks the resolver what a new snapshot broke. When it cannot say, the new one is the baseline of the next. */
export function snapshotChecking({
  asker,
}: Pick<Outside, 'asker'>): WorkKind<SnapshotOrder, readonly BrokenRequirement[], Input> {
  return {
    kind: 'snapshot.check',
    concurrency: 1,
    timeoutMs: 120_000,
    tries: 4,
    run: async (order) => {
      const { broken } = await asker.ask(doors.resolver.diff, order);
      // Requirements of the build are not lost to those who have the package, but its next build needs them.
      return broken.slice(0, mostBroken).map(({ component, requirement }) => ({ component, requirement }));
    },
    toInput: ({ release, to }, outcome) => ({
      type: 'snapshot.checked',
      release,
      to,
      broken: outcome.ok ? outcome.value : [],
    }),
  };
}
