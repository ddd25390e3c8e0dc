import {
  globMatches,
  isEmbeddedComponent,
  policyOf,
  toolsOf,
  type ComponentPolicy,
  type ReleaseDefinition,
} from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { ComponentFacts } from './facts';

/** What a release's definition says about how far a change goes. */
export type Reach = Pick<ReleaseDefinition, 'tools' | 'embedding' | 'components' | 'scope' | 'module_streams'>;

/** Can a cascade rebuild it? External components, those without a source, and what the definition keeps out cannot. */
export function isRebuildable(facts: ComponentFacts, reach: Reach): boolean {
  return notRebuildable(facts, reach) === null;
}

/** Why a cascade cannot rebuild it; null when it can. */
export function notRebuildable(facts: ComponentFacts, reach: Reach): string | null {
  if (facts.external) return 'it comes from outside of the release and is never rebuilt';
  if (facts.source === null && !facts.component.startsWith('stack/')) return 'the release has no source for it';
  const policy = policyOf(reach as ReleaseDefinition, facts.component);
  if (policy?.status !== undefined) return `it is ${policy.status}: ${policy.reason}`;
  if (!policy || policy.policy === 'normal') return null;
  return `its policy is '${policy.policy}': ${policy.reason}`;
}

/** The policy by which a component leaves the graph; null when it stays. */
export function leavesBy(reach: Reach, component: ComponentId): ComponentPolicy | null {
  const policy = policyOf(reach as ReleaseDefinition, component);
  return policy?.status === undefined ? null : policy;
}

/** Dependencies on tools never propagate. Patterns name capabilities or components. */
export function isTool(reach: Reach, capability: string, component: ComponentId): boolean {
  return toolsIn(reach).some((glob) => globMatches(glob, capability) || globMatches(glob, component));
}

const tools = new WeakMap<Reach, readonly string[]>();

/** Asked for every dependency of a graph: put together once. */
function toolsIn(reach: Reach): readonly string[] {
  const known = tools.get(reach) ?? toolsOf(reach);
  tools.set(reach, known);
  return known;
}

/** Who builds with this takes a copy of what it uses: a new content of the component that offers it must reach it. */
export function isEmbedded(reach: Reach, capability: string, component: ComponentId): boolean {
  return reach.embedding.some((glob) => globMatches(glob, capability)) || isEmbeddedComponent(reach, component);
}
