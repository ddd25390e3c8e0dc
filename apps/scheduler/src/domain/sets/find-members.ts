import { globMatches, ownersOf, type ReleaseDefinition, type SetQuery } from '@millrace/contracts';
import { msOf, parseComponentId, type ComponentId, type Moment } from '@millrace/kernel';
import type { DoneMember, FoundSet, WantedSet } from './wanted-set';

/** What is known of a release's components when a set is put together. */
export interface SetFacts {
  readonly definition: ReleaseDefinition;
  /** Those that the release can build. */
  readonly components: readonly ComponentId[];
  /** Who depends directly on what the query names. */
  readonly dependants: ReadonlySet<ComponentId>;
  /** The newest build of each that the release has: a validated one, or one that people made in its tags. */
  readonly built: ReadonlyMap<ComponentId, { readonly nvr: string; readonly at?: Moment | null }>;
}

/** The members of a set; those with a build since the set's time are done, and say so. */
export function findMembers(wanted: WantedSet, facts: SetFacts): FoundSet {
  const { all, query, since } = wanted;
  if (all && query === undefined && since === undefined) return { members: 'all', done: [] };
  const found = all || query ? facts.components.filter((one) => !query || fits(query, one, facts)) : [];
  const members = [...new Set([...wanted.components, ...found])].sort();
  const done = since === undefined ? [] : members.flatMap((one) => doneSince(one, since, facts));
  const left = new Set(done.map((one) => one.component));
  return { members: members.filter((one) => !left.has(one)), done };
}

function fits(query: SetQuery, component: ComponentId, facts: SetFacts): boolean {
  const { match, exclude, types, owners, depends_on } = query;
  if (match && !match.some((one) => globMatches(one, component))) return false;
  if (exclude?.some((one) => globMatches(one, component))) return false;
  if (types && !types.includes(parseComponentId(component).type)) return false;
  if (owners && !ownersOf(facts.definition, component).some((one) => owners.includes(one))) return false;
  if (depends_on && !facts.dependants.has(component)) return false;
  return isOfAge(query, component, facts);
}

function isOfAge({ built_before, never_built }: SetQuery, component: ComponentId, { built }: SetFacts): boolean {
  if (built_before === undefined && never_built === undefined) return true;
  const build = built.get(component);
  if (!build) return never_built === true;
  const isOld = build.at === undefined || build.at === null || msOf(build.at) < Date.parse(built_before ?? '');
  return built_before !== undefined && isOld;
}

function doneSince(component: ComponentId, since: string, { built }: SetFacts): DoneMember[] {
  const build = built.get(component);
  if (!build?.at || msOf(build.at) < Date.parse(since)) return [];
  const because = `${component}: ${build.nvr} is there since ${build.at}; what is built since ${since} is done`;
  return [{ component, because }];
}
