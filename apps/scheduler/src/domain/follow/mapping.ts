import { matchesAny, type Follow } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { FollowedBuild, FollowOrder, MappedBuild } from './follow-input';

/** The builds of a landing as components of the release that follows; null: none of them is followed. */
export function mapped(entry: Follow, builds: readonly FollowedBuild[]): Pick<FollowOrder, 'builds' | 'left'> | null {
  const meant = builds.filter((one) => matchesAny(entry.components, one.component));
  const isExcluded = (one: FollowedBuild): boolean => matchesAny(entry.exclude ?? [], one.component);
  const wanted = meant.filter((one) => !isExcluded(one));
  if (wanted.length === 0) return null;
  const here = new Map<ComponentId, MappedBuild>();
  for (const one of wanted) {
    const name = entry.names?.[one.component] ?? one.component;
    here.set(name, { ...one, here: name });
  }
  const left = meant.filter(isExcluded).map(({ component }) => {
    const name = entry.names?.[component] ?? component;
    return { component: name, because: `${name}: follow.exclude leaves ${component} of ${entry.release} out` };
  });
  return { builds: [...here.values()], left };
}
