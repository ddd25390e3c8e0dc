import { isBuiltFor } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { dependencyText, satisfies } from '@millrace/package-metadata';
import { holdersOf, type Reached } from './containment';
import type { ComponentFacts } from './facts';
import { isEmbedded, isRebuildable, isTool, type Reach } from './policy';
import { capabilitiesOf, fits, offersFor, type Demand, type World } from './world';

export type LossKind = 'run' | 'build' | 'moved' | 'embedding';

export interface Loss {
  readonly dependant: ComponentId;
  readonly requirement: string;
  readonly kind: LossKind;
}

export interface Comparison {
  readonly lost: readonly Loss[];
  readonly added: readonly { readonly component: ComponentId; readonly because: string }[];
}

/**
 * What changes for others when a new build of a component replaces the one in the world. Promises, each with a test in
 * `compare.spec.ts`:
 * - a requirement that the old build satisfied and that nothing satisfies now is lost: `run` (its owner must be rebuilt)
 *   or `build` (its owner needs a change); one that somebody else satisfies now has `moved`; lost on one architecture
 *   is lost;
 * - who lost at run time or embeds what it builds with is added, unless it used the component as a tool; so is whatever
 *   contains the component or an added one;
 * - a first build takes nothing from anybody.
 */
export function compareBuild(world: World, build: ComponentFacts, scope: Reach['scope'], reach: Reach): Comparison {
  const component = world.indexOf.get(build.component);
  if (component === undefined) return { lost: [], added: [] };
  const wants = demandsOn(world, component);
  const losses = wants.flatMap((demand) => lossOf(world, demand, component, build, reach) ?? []);
  const seen = new Map<string, { demand: Demand; kind: LossKind }>();
  for (const loss of losses) {
    const key = `${loss.demand.component} ${loss.kind} ${dependencyText(loss.demand.dependency)}`;
    if (!seen.has(key)) seen.set(key, loss);
  }
  const lost = [...seen.values()];
  const reached = reachedBy(world, component, lost, scope === 'direct' ? wants : [], reach);
  const holders = holdersOf(world, [component, ...reached.map((one) => one.component)], reach);
  return {
    lost: lost.map(({ demand, kind }) => ({ ...namedDemand(world, demand), kind })).sort(byDependant),
    added: [...reached, ...holders].map((one) => ({
      component: world.components[one.component]!.component,
      because: one.because.slice(0, 500),
    })),
  };
}

/** What other components require that this one satisfies, as far as it was built. */
export function demandsOn(world: World, component: number): readonly Demand[] {
  const names = new Set<string>();
  for (const n of world.made[component]!) {
    for (const { name } of capabilitiesOf(world.packages[n]!.facts)) names.add(name);
  }
  return [...names]
    .flatMap((name) => world.demands.get(name) ?? [])
    .filter((demand) => demand.component !== component && isSatisfiedBy(world, demand, component));
}

function isSatisfiedBy(world: World, demand: Demand, component: number): boolean {
  return offersFor(world, demand.dependency).some((offer) => world.packages[offer.package]!.component === component);
}

function lossOf(
  world: World,
  demand: Demand,
  component: number,
  build: ComponentFacts,
  reach: Reach,
): { demand: Demand; kind: LossKind } | null {
  const old = world.made[component]!.map((n) => world.packages[n]!.facts).filter((one) => !one.declared);
  if (old.length === 0 || demand.kind === 'contains') return null;
  const user = world.components[demand.component]!.component;
  const arches = architecturesOf(world, demand).filter((arch) => isBuiltFor(reach, user, arch));
  const kinds = arches
    .filter((arch) => isBuiltFor(reach, build.component, arch))
    .map((arch) => {
      const offered = (facts: ComponentFacts['packages']): boolean =>
        facts.some((one) => fits(one.arch, arch) && capabilitiesOf(one).some((c) => satisfies(c, demand.dependency)));
      if (!offered(old) || offered(build.packages)) return null;
      const others = offersFor(world, demand.dependency).map((offer) => world.packages[offer.package]!);
      return others.some((one) => one.component !== component && fits(one.facts.arch, arch)) ? 'moved' : 'lost';
    });
  if (kinds.includes('lost')) return { demand, kind: demand.kind === 'build' ? 'build' : 'run' };
  if (demand.kind === 'build' && isEmbedded(reach, demand.dependency.name, build.component))
    return { demand, kind: 'embedding' };
  return kinds.includes('moved') ? { demand, kind: 'moved' } : null;
}

function architecturesOf(world: World, demand: Demand): readonly string[] {
  const arch = demand.package === null ? 'noarch' : world.packages[demand.package]!.facts.arch;
  return arch === 'noarch' ? world.architectures : [arch];
}

/** Who must be rebuilt for a loss, or (scope `direct`) for any dependency at all. */
function reachedBy(
  world: World,
  component: number,
  lost: readonly { demand: Demand; kind: LossKind }[],
  direct: readonly Demand[],
  reach: Reach,
): readonly Reached[] {
  const id = world.components[component]!.component;
  const reasons = [
    ...lost
      .filter(({ kind }) => kind === 'run' || kind === 'embedding')
      .map(({ demand, kind }) => ({ demand, words: words(world, demand, kind, id) })),
    ...direct
      .filter((demand) => demand.kind !== 'contains')
      .map((demand) => ({ demand, words: directWords(dependencyText(demand.dependency), id) })),
  ];
  const found = new Map<number, string>();
  for (const { demand, words: because } of reasons) {
    if (found.has(demand.component) || isTool(reach, demand.dependency.name, id)) continue;
    if (isRebuildable(world.components[demand.component]!, reach)) found.set(demand.component, because);
  }
  return [...found].map(([of, because]) => ({ component: of, because }));
}

function words(world: World, demand: Demand, kind: LossKind, id: ComponentId): string {
  const owner = demand.package === null ? 'it' : world.packages[demand.package]!.facts.name;
  return lossWords(kind, dependencyText(demand.dependency), owner, id);
}

/** Why somebody is rebuilt, in one sentence. */
export function lossWords(kind: LossKind, wanted: string, owner: string, id: ComponentId): string {
  if (kind === 'embedding') return `it embeds ${wanted} of ${id}, which has a new build`;
  return `${owner} requires ${wanted}, which the new build of ${id} no longer provides`;
}

export function directWords(wanted: string, id: ComponentId): string {
  return `it depends directly on ${id} (${wanted})`;
}

function namedDemand(world: World, demand: Demand): { dependant: ComponentId; requirement: string } {
  return {
    dependant: world.components[demand.component]!.component,
    requirement: dependencyText(demand.dependency),
  };
}

export function byDependant(a: Loss, b: Loss): number {
  const left = `${a.dependant} ${a.kind} ${a.requirement}`;
  const right = `${b.dependant} ${b.kind} ${b.requirement}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
