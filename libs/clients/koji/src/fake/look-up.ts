import type { RpcValue } from '../xml-rpc/value';
import { HubFault } from './hub-fault';
import type { FakeBuild, FakeTag, FakeTagging, FakeTask, FakeUser, HubState } from './state';

export function nvrOfBuild({ name, version, release }: Pick<FakeBuild, 'name' | 'version' | 'release'>): string {
  return `${name}-${version}-${release}`;
}

export function findBuild(state: HubState, of: RpcValue): FakeBuild | undefined {
  if (typeof of === 'number') return state.builds.find((b) => b.id === of);
  return state.builds.find((b) => nvrOfBuild(b) === of);
}

export function buildOf(state: HubState, of: RpcValue): FakeBuild {
  return findBuild(state, of) ?? missing(`No such build: ${JSON.stringify(of)}`);
}

export function findTag(state: HubState, of: RpcValue): FakeTag | undefined {
  return state.tags.find((t) => t.id === of || t.name === of);
}

/** As it was called, though it is deleted. */
export function nameOfTag({ name }: FakeTag): string {
  return name.replace(deletedSuffix, '');
}

export const deletedSuffix = ' (deleted)';

/** Deleted ones too: the history knows them by their names. */
export function tagEverOf(state: HubState, of: RpcValue): FakeTag {
  return findTag(state, of) ?? findTag(state, `${String(of)}${deletedSuffix}`) ?? tagOf(state, of);
}

export function tagOf(state: HubState, of: RpcValue): FakeTag {
  return findTag(state, of) ?? missing(`No such tagInfo: ${JSON.stringify(of)}`);
}

export function taskOf(state: HubState, of: RpcValue): FakeTask {
  return state.tasks.find((t) => t.id === of) ?? missing(`No such task: ${JSON.stringify(of)}`);
}

export function userOf(state: HubState, of: RpcValue): FakeUser | undefined {
  return state.users.find((u) => u.id === of || u.name === of);
}

/** The tag and what it inherits, nearest first. */
export function lineOf(state: HubState, tag: FakeTag): readonly FakeTag[] {
  const line = new Set<FakeTag>();
  const visit = (one: FakeTag) => {
    if (line.has(one)) return;
    line.add(one);
    one.parents.forEach((id) => visit(tagOf(state, id)));
  };
  visit(tag);
  return [...line];
}

export interface TaggedBuild {
  readonly tagging: FakeTagging;
  readonly tag: FakeTag;
  readonly build: FakeBuild;
}

export interface TaggedWish {
  readonly inherit: boolean;
  readonly latest: boolean;
  readonly event: number | null;
  readonly draft: boolean | null;
}

/** Newest first within a tag; the nearest tag's builds first. */
export function taggedIn(state: HubState, tag: FakeTag, wish: TaggedWish): readonly TaggedBuild[] {
  const line = wish.inherit ? lineOf(state, tag) : [tag];
  const builds = new Map(state.builds.map((build) => [build.id, build]));
  const rows = line.flatMap((one) =>
    state.taggings
      .filter((t) => t.tag_id === one.id && isIn(t, wish.event))
      .sort((a, b) => b.create_event - a.create_event)
      .map((tagging) => ({ tagging, tag: one, build: builds.get(tagging.build_id)! }))
      .filter(({ build }) => build.state === 1 && (wish.draft === null || build.draft === wish.draft)),
  );
  if (!wish.latest) return rows;
  const seen = new Set<string>();
  return rows.filter(({ build }) => !seen.has(build.name) && seen.add(build.name));
}

export function isListed(state: HubState, tag: FakeTag, name: string): boolean {
  const entry = lineOf(state, tag)
    .flatMap((t) => t.packages)
    .find((p) => p.name === name);
  return entry !== undefined && !entry.blocked;
}

/** The last event that changed the tag or what it inherits. */
export function lastChangeOf(state: HubState, tag: FakeTag): number {
  const line = lineOf(state, tag);
  const ids = new Set(line.map((t) => t.id));
  const events = state.taggings.filter((t) => ids.has(t.tag_id)).map((t) => t.revoke_event ?? t.create_event);
  return Math.max(0, ...line.map((t) => t.created), ...events);
}

function isIn(tagging: FakeTagging, event: number | null): boolean {
  if (event === null) return tagging.revoke_event === null;
  return tagging.create_event <= event && (tagging.revoke_event === null || tagging.revoke_event > event);
}

function missing(message: string): never {
  throw new HubFault('GenericError', message);
}
