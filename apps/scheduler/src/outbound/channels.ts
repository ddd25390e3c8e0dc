import type { WorkKind } from '@millrace/engine';
import { systemsOf } from '../domain/policy';
import type { Input } from '../domain/input';
import type { Outside } from './outside';
import { systemNamed } from './systems';

type Channels = Readonly<Record<string, number>> | null;

/** What the channels of a build system bear, where a release leaves a share of them to people. */
export function channelLooking({
  read,
  systems,
}: Pick<Outside, 'read' | 'systems'>): WorkKind<{ readonly system: string }, Channels, Input> {
  return {
    kind: 'capacity.look',
    concurrency: 4,
    timeoutMs: 60_000,
    tries: 2,
    run: async ({ system }) => {
      const releases = await read.releases.where({});
      const shares = releases.filter(({ definition }) => definition.budgets?.people !== undefined);
      if (!shares.some(({ definition }) => systemsOf(definition).includes(system))) return null;
      const loads = (await systemNamed(systems, system).load?.()) ?? [];
      return Object.fromEntries(loads.map(({ name, capacity }) => [name, capacity]));
    },
    toInput: ({ system }, outcome) => ({ type: 'channels.known', system, channels: outcome.ok ? outcome.value : {} }),
  };
}
