import type { SetQuery } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { ReportedChange } from '../change-input';
import { clip } from '../words';

/** A set as somebody asks for it: a list, a query, or everything. */
export interface WantedSet {
  readonly components: readonly ComponentId[];
  readonly all: boolean;
  readonly query?: SetQuery | undefined;
  /** Builds validated since then count as done. */
  readonly since?: string | undefined;
  readonly ordered: boolean;
}

/** A component that a set needs no rebuild of. */
export interface DoneMember {
  readonly component: ComponentId;
  readonly because: string;
}

/** What a set is made of, once the graph and what is validated have been looked at. */
export interface FoundSet {
  /** `all`: every one of the release, nothing left out. */
  readonly members: readonly ComponentId[] | 'all';
  readonly done: readonly DoneMember[];
}

/** Does more than a plain list make it? Then the graph must be asked what there is. */
export function isSearched({ all, query, since }: WantedSet): boolean {
  return query !== undefined || (all && since !== undefined);
}

/** How a set was put together, in words: they stand in the change, the cascade and its explanation. */
export function setWords(wanted: WantedSet, found: FoundSet): string {
  const { members, done } = found;
  const what = members === 'all' ? 'every component' : `${members.length} component${members.length === 1 ? '' : 's'}`;
  return [
    wanted.ordered ? what : `${what} in no order`,
    ...(wanted.query ? [`found by ${JSON.stringify(wanted.query)}`] : []),
    ...(done.length > 0 ? [`${done.length} built since ${wanted.since} left out`] : []),
  ].join(', ');
}

/** Nothing is named, and nothing is searched for. */
export function isEmptySet({ components, all, query }: WantedSet): boolean {
  return components.length === 0 && !all && query === undefined;
}

/** Members that a change names as done; how many there are stands in its reason. */
export const mostDone = 1000;

/** A set as a change; its members are built from the heads that the plan looks up. */
export function changeOfSet(
  asked: Pick<ReportedChange, 'release' | 'by' | 'why' | 'urgency'>,
  wanted: WantedSet,
  found: FoundSet,
  unknown: ReportedChange['unknown'],
): ReportedChange {
  const strange = new Set(unknown.map((one) => one.component));
  const named = found.members === 'all' ? [] : found.members.filter((one) => !strange.has(one));
  const isPlain = wanted.ordered && !isSearched(wanted) && found.done.length === 0;
  const why = asked.why || 'it was asked for';
  return {
    ...{ id: null, ...asked, kind: 'set', all: found.members === 'all', unknown },
    components: named.map((component) => ({ component, source: null, nvr: null })),
    ...(wanted.ordered ? {} : { ordered: false }),
    own: found.done.slice(0, mostDone),
    why: isPlain ? why : `${clip(why, 500)} (${setWords(wanted, found)})`,
  };
}
