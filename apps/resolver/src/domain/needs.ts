import { closure } from '@millrace/kernel';
import type { Dependency } from '@millrace/package-metadata';
import { resolve, type World } from './world';

/** The components with a package in the closure of these requirements over run-time requirements. */
export function componentsBelow(world: World, requirements: readonly Dependency[]): Set<number> {
  const seeds = requirements.flatMap((dependency) => resolve(world, dependency));
  return componentsOf(world, closure(world.runs, seeds));
}

/**
 * What a component is built with: the components in its build chroot, through components outside of any set too; for
 * what is assembled, what it contains and its parent image. Never itself: that is its own previous build.
 */
export function buildNeeds(world: World, component: number): Set<number> {
  const facts = world.components[component]!;
  return without(needsWith(world, component, facts.buildRequires), component);
}

/** The same by its bootstrap recipe; null when it has none. */
export function bootstrapNeeds(world: World, component: number): Set<number> | null {
  const { bootstrapRequires } = world.components[component]!;
  return bootstrapRequires === null ? null : without(needsWith(world, component, bootstrapRequires), component);
}

/** What must be there for a component's packages to be installed, as its gate will do. */
export function installNeeds(world: World, component: number): Set<number> {
  const own = world.made[component]!;
  return without(componentsOf(world, closure(world.runs, own)), component);
}

/** The components that a container, image, module or stack holds; empty for anything else. */
export function insides(world: World, component: number): Set<number> {
  const { installs, contains, builtOn } = world.components[component]!;
  const found = installs.length > 0 ? componentsBelow(world, installs) : new Set<number>();
  const named = installs.length > 0 ? [...contains, ...builtOn] : contains;
  for (const id of named) if (world.indexOf.has(id)) found.add(world.indexOf.get(id)!);
  return without(found, component);
}

function needsWith(world: World, component: number, requirements: readonly Dependency[]): Set<number> {
  const { installs, contains, builtOn } = world.components[component]!;
  const found = componentsBelow(world, [...requirements, ...installs]);
  for (const id of [...contains, ...builtOn]) if (world.indexOf.has(id)) found.add(world.indexOf.get(id)!);
  return found;
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
