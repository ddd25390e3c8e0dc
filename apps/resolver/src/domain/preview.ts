import type { ComponentId } from '@millrace/kernel';
import { demandsOn } from './compare';
import { holdersOf } from './containment';
import { isEmbedded, isRebuildable, isTool, type Reach } from './policy';
import { type Demand, type World } from './world';

export interface Preview {
  /** Without the changed components themselves, by id. */
  readonly likely: readonly ComponentId[];
  readonly atMost: readonly ComponentId[];
}

/**
 * How far a change of these components will go, before there is a build to compare: likely by the release's scope, and
 * at most (everything that depends on them, directly or not). Tools never propagate; what cannot be rebuilt is left out.
 */
export function previewOf(world: World, changed: readonly number[], reach: Reach): Preview {
  const seeds = new Set(changed);
  const direct = changed.flatMap((component) => dependantsOf(world, component, reach, isLikely));
  const likely = new Set([...direct].filter((n) => !seeds.has(n)));
  for (const { component } of holdersOf(world, [...seeds, ...likely], reach)) likely.add(component);
  const atMost = new Set(changed);
  const stack = [...changed];
  while (stack.length > 0) {
    for (const n of dependantsOf(world, stack.pop()!, reach, () => true)) {
      if (atMost.has(n)) continue;
      atMost.add(n);
      stack.push(n);
    }
  }
  // What is assembled offers no capabilities to anybody: it comes last.
  for (const { component } of holdersOf(world, [...atMost], reach)) atMost.add(component);
  for (const n of seeds) atMost.delete(n);
  return { likely: named(world, likely), atMost: named(world, atMost) };
}

function dependantsOf(
  world: World,
  component: number,
  reach: Reach,
  counts: (world: World, demand: Demand, component: number, reach: Reach) => boolean,
): readonly number[] {
  const { component: id } = world.components[component]!;
  return demandsOn(world, component)
    .filter((demand) => counts(world, demand, component, reach))
    .filter((demand) => !isTool(reach, demand.dependency.name, id))
    .map((demand) => demand.component)
    .filter((n) => isRebuildable(world.components[n]!, reach));
}

/**
 * In scope `capability`: what a new version usually takes away, i.e. sonames, ABI tags and exact versions; when the
 * component was never built and nobody knows its sonames, whoever builds with it.
 */
function isLikely(world: World, demand: Demand, component: number, reach: Reach): boolean {
  if (reach.scope === 'direct') return true;
  const { name, flags } = demand.dependency;
  if (demand.kind === 'build')
    return isEmbedded(reach, name, world.components[component]!.component) || !wasBuilt(world, component);
  return flags === 'EQ' || /\.so(\.|\(|$)|\(abi\)|abi-|\(api\)|-api-/i.test(name);
}

function wasBuilt(world: World, component: number): boolean {
  return world.made[component]!.some((n) => !world.packages[n]!.facts.declared);
}

function named(world: World, set: Iterable<number>): readonly ComponentId[] {
  return [...set].map((n) => world.components[n]!.component).sort();
}
