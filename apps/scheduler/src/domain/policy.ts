import {
  policyOf,
  type ComponentPolicy,
  type GatePolicy,
  type ReleaseDefinition,
  type Subject,
} from '@millrace/contracts';
import { assertNever, parseComponentId, type ComponentId } from '@millrace/kernel';

/** Name of the build system that builds a component; null: none of the release does (stacks are assembled). */
export function systemOf(definition: ReleaseDefinition, component: ComponentId): string | null {
  const { type } = parseComponentId(component);
  const systems: Readonly<Partial<Record<string, string>>> = definition.build_systems;
  return systems[type] ?? null;
}

export function systemsOf(definition: ReleaseDefinition): readonly string[] {
  return [...new Set(Object.values(definition.build_systems))];
}

export function isStack(component: ComponentId): boolean {
  return parseComponentId(component).type === 'stack';
}

/** Why a policy keeps a component from being rebuilt by itself; null: nothing does. */
export function barOf(
  definition: ReleaseDefinition,
  component: ComponentId,
): { readonly policy: Exclude<ComponentPolicy['policy'], 'normal'>; readonly because: string } | null {
  const policy = policyOf(definition, component);
  if (!policy || policy.policy === 'normal') return null;
  return { policy: policy.policy, because: `the policy '${policy.policy}' holds for it: ${reasonOf(policy)}` };
}

/** Why a policy is there, and whose it is. */
function reasonOf({ reason, owner }: ComponentPolicy): string {
  return owner === undefined ? reason : `${reason} (${owner})`;
}

/** What policies say of a component, beside whether it is rebuilt, in words; empty: nothing. */
export function policyWords(definition: ReleaseDefinition, component: ComponentId): readonly string[] {
  const policy = policyOf(definition, component);
  if (!policy) return [];
  const says = [
    ...(policy.policy === 'normal' ? [] : [`policy '${policy.policy}'`]),
    ...(policy.status === undefined ? [] : [policy.status]),
    ...(policy.priority === 0 ? [] : [`priority ${policy.priority}`]),
    ...(policy.tool === true ? ['a tool: dependencies on it do not propagate'] : []),
    ...(policy.embedding === true ? ['embedded: a new build of it reaches who builds with it'] : []),
    ...(policy.architectures === undefined ? [] : [`built for ${policy.architectures.join(', ')} alone`]),
    ...(policy.nvr === undefined ? [] : [`NVRs by '${policy.nvr}'`]),
    ...(policy.when_no_tests === undefined ? [] : [`'${policy.when_no_tests}' where no test is required`]),
    ...(policy.bootstrap === undefined ? [] : ['a bootstrap recipe']),
  ];
  return says.length === 0 ? [] : [`The release says of it: ${says.join(', ')}; ${reasonOf(policy)}.`];
}

export function priorityOf(definition: ReleaseDefinition, component: ComponentId): number {
  return policyOf(definition, component)?.priority ?? 0;
}

export function bootstrapMacros(definition: ReleaseDefinition, component: ComponentId): Record<string, string> {
  return { ...policyOf(definition, component)?.bootstrap?.macros };
}

/** Greenwave's name for what a component's builds are. */
export function subjectTypeOf(component: ComponentId): string {
  const { type } = parseComponentId(component);
  switch (type) {
    case 'rpm':
    case 'deb':
    case 'external':
      return 'koji_build';
    case 'module':
      return 'redhat-module';
    case 'container':
    case 'image':
      return 'redhat-container-image';
    case 'stack':
      return 'koji-build-group';
    default:
      return assertNever(type);
  }
}

/** A draft of Koji loses its `,draft_ID` when it is promoted: both names are one subject. */
export function subjectOf(component: ComponentId, nvr: string): Subject {
  const final = nvr.replace(/,draft_\d+$/, '');
  return { type: subjectTypeOf(component), id: nvr, aliases: final === nvr ? [] : [final] };
}

export function isOfRebuilds({ scope = 'rebuild' }: GatePolicy): boolean {
  return scope === 'rebuild';
}

export function decisionContextOf(definition: ReleaseDefinition, subjectType: string): string {
  const gate = definition.gates.find((g) => isOfRebuilds(g) && g.subject_types.includes(subjectType));
  return gate?.decision_context ?? 'millrace_rebuild';
}
