import { insides } from './insides';
import { isRebuildable, type Reach } from './policy';
import type { World } from './world';

/** A component, and why a change reaches it. */
export interface Reached {
  readonly component: number;
  readonly because: string;
}

/**
 * Modules, stacks, containers and images that hold one of these components, or hold what holds one, and can be rebuilt:
 * they propagate on any new build of what is in them. The seeds themselves are left out.
 */
export function holdersOf(world: World, seeds: Iterable<number>, reach: Reach): readonly Reached[] {
  const changed = new Set(seeds);
  const found: Reached[] = [];
  const holders = assembled(world, reach).filter(({ component }) => !changed.has(component));
  for (let grown = true; grown;) {
    grown = false;
    for (const { component, holds } of holders) {
      if (changed.has(component)) continue;
      const held = [...holds].find((n) => changed.has(n));
      if (held === undefined) continue;
      changed.add(component);
      found.push({ component, because: `it contains ${world.components[held]!.component}` });
      grown = true;
    }
  }
  return found;
}

function assembled(world: World, reach: Reach): readonly { component: number; holds: ReadonlySet<number> }[] {
  return world.components.flatMap((facts, component) => {
    const empty = facts.installs.length === 0 && facts.contains.length === 0;
    return empty || !isRebuildable(facts, reach) ? [] : [{ component, holds: insides(world, component) }];
  });
}
