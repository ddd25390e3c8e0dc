import { closure } from '@millrace/kernel';
import type { Dependency } from '@millrace/package-metadata';
import { resolve, type World } from './world';

/** The components with a package in the closure of these requirements over run-time requirements. */
function componentsBelow(world: World, requirements: readonly Dependency[]): Set<number> {
  const seeds = requirements.flatMap((dependency) => resolve(world, dependency));
  return componentsOf(world, closure(world.runs, seeds));
}

/** The components that a container, image, module or stack holds; empty for anything else. */
export function insides(world: World, component: number): Set<number> {
  const { installs, contains, builtOn } = world.components[component]!;
  const found = installs.length > 0 ? componentsBelow(world, installs) : new Set<number>();
  const named = installs.length > 0 ? [...contains, ...builtOn] : contains;
  for (const id of named) if (world.indexOf.has(id)) found.add(world.indexOf.get(id)!);
  return without(found, component);
}

function componentsOf(world: World, packages: Iterable<number>): Set<number> {
  const found = new Set<number>();
  for (const n of packages) found.add(world.packages[n]!.component);
  return found;
}

function without(set: Set<number>, element: number): Set<number> {
  set.delete(element);
  return set;
}
