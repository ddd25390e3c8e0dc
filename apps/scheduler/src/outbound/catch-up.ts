import { randomUUID } from 'node:crypto';
import type { Input } from '../domain/input';
import type { Outside } from './outside';

/**
 * What the scheduler does when it starts: the build systems say what they bear (before that nothing is submitted), and
 * everything that is under way is asked for once more, since its messages may have gone by. What releases have is compared
 * with the resolver, the sources and the build systems: who knows how long nobody looked.
 */
export async function catchUp({ read, systems, take }: Outside): Promise<void> {
  const tell = (input: Input): Promise<unknown> => take(input, { id: `start/${randomUUID()}`, who: 'scheduler' });
  for (const [system, built] of systems) {
    const { capacity: limit } = await built.limits();
    await tell({ type: 'capacity.known', system, limit });
  }
  const releases = await read.releases.where({});
  for (const { id: release } of releases) await tell({ type: 'watch.due', release });
  for (const { id: cascade, release } of await read.cascades.where({ state: ['running', 'held', 'stalled'] })) {
    await tell({ type: 'cascade.reconcile', release, cascade, all: true });
  }
  // Last: what is under way comes first.
  for (const { id: release } of releases) await tell({ type: 'release.reconcile', release, after: '' });
}
