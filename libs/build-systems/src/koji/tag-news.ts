import { AppError } from '@millrace/kernel';
import {
  history,
  type Build,
  type BuildId,
  type Listing,
  type RpcStruct,
  type Tagging,
  type Task,
} from '@millrace/koji';
import type { Withdrawn } from '../build-system';
import { componentOf } from './look';
import { markerOf } from './marker';
import { allPlaces } from './place-book';
import { refOfBuild, taskOfBuild } from './ref';
import { baseTagOf, knownTarget, releaseOf } from './releases';
import type { KojiParts } from './settings';

/** Events are numbered before they are committed: a lower number may appear after a higher one. */
export const lateEvents = 100;

export interface TagNews {
  /** Builds of others that came into the release's tags. */
  readonly fresh: readonly Build[];
  readonly withdrawn: readonly Withdrawn[];
  /** What was read, as `build@event`, to know it again. */
  readonly read: readonly string[];
}

/** What happened to the tags of a release since an event, but for what is known already, in one request. */
export async function tagNews(
  parts: KojiParts,
  release: string,
  since: number,
  known: ReadonlySet<string>,
): Promise<TagNews> {
  const tags = await watchedTags(parts, release);
  const afterEvent = Math.max(0, since - lateEvents);
  const calls = tags.flatMap((tag) =>
    ['tag_listing', 'tag_packages'].map((table) => ({
      method: 'queryHistory',
      keywords: { tables: [table], tag, afterEvent } satisfies RpcStruct,
    })),
  );
  const answers = (await parts.hub.askMany(calls, history)).flatMap((answer) => (answer.ok ? [answer.value] : []));
  const listing = answers.flatMap((one) => one.tag_listing);
  const came = listing.filter((row) => row.create_event > afterEvent && !known.has(keyOf(row, row.create_event)));
  const { name: me } = await parts.facts.me();
  const went = listing.filter((row) => wentAway(row, afterEvent, known) && row.revoker_name !== me);
  const blocked = answers.flatMap((one) => one.tag_packages).filter((row) => isBlocked(row, afterEvent, known));
  const builds = await buildsOf(parts, [...came, ...went]);
  return {
    fresh: await foreign(parts, present(came.map((row) => builds.get(row.build_id)))),
    withdrawn: [...went.flatMap((row) => withdrawnOf(row, builds.get(row.build_id))), ...blocked.map(blockedOf)],
    read: [
      ...listing.map((row) => keyOf(row, row.create_event)),
      ...went.map((row) => keyOf(row, row.revoke_event!)),
      ...blocked.map(keyOfPackage),
    ],
  };
}

/** The release's own tags, and the side tags of its open cascades: where people build their fixes. */
async function watchedTags(parts: KojiParts, release: string): Promise<readonly string[]> {
  const { target } = await releaseOf(parts, release);
  const { dest_tag_name: candidates } = await knownTarget(parts, target);
  const open = (await allPlaces(parts)).filter((one) => one.place.release === release && one.closed === null);
  const sides = open.filter((one) => one.target === one.place.id).map((one) => one.place.id);
  return [...new Set([await baseTagOf(parts, release), candidates, ...sides])];
}

async function buildsOf(parts: KojiParts, rows: readonly Tagging[]): Promise<ReadonlyMap<BuildId, Build>> {
  const ids = [...new Set(rows.map((row) => row.build_id))];
  const answers = await parts.hub.getBuilds(ids);
  const found = ids.flatMap((id, n) => {
    const answer = answers[n]!;
    return answer.ok && answer.value ? [[id, answer.value] as const] : [];
  });
  return new Map(found);
}

/** Ours carry our marker and are no news from outside. */
async function foreign(parts: KojiParts, builds: readonly Build[]): Promise<readonly Build[]> {
  const complete = [...new Map(builds.map((build) => [build.build_id, build])).values()].filter(
    (build) => build.state === 'COMPLETE',
  );
  const tasks = await parts.hub.getTasks(
    complete.flatMap((build) => taskOfBuild(build) ?? []),
    true,
  );
  const ours = new Set(tasks.filter((task): task is Task => task !== null && markerOf(task) !== null).map((t) => t.id));
  return complete.filter((build) => {
    const task = taskOfBuild(build);
    return task === null || !ours.has(task);
  });
}

function wentAway(row: Tagging, after: number, known: ReadonlySet<string>): boolean {
  const at = row.revoke_event ?? 0;
  return at > after && !known.has(keyOf(row, at));
}

function withdrawnOf(row: Tagging, build: Build | undefined): Withdrawn[] {
  if (!build) return [];
  const { nvr } = build;
  const how = build.state === 'DELETED' ? 'deleted' : 'untagged';
  const from = row['tag.name'];
  return [{ ref: refOfBuild(build), component: componentOf(build), nvr, how, from, by: row.revoker_name ?? null }];
}

function isBlocked(row: Listing, after: number, known: ReadonlySet<string>): boolean {
  return row.blocked === true && row.create_event > after && !row.revoke_event && !known.has(keyOfPackage(row));
}

function blockedOf(row: Listing): Withdrawn {
  const component = `rpm/${row['package.name']}`;
  const from = row['tag.name'] ?? 'the tag';
  return { ref: null, component, nvr: null, how: 'blocked', from, by: row.creator_name ?? null };
}

function keyOf({ build_id: build }: Tagging, event: number): string {
  return `${build}@${event}`;
}

function keyOfPackage(row: Listing): string {
  return `${row['package.name']}@${row.create_event}`;
}

function present<T>(all: readonly (T | undefined)[]): readonly T[] {
  return all.filter((one): one is T => one !== undefined);
}

/** A cursor that is none of ours. */
export function cursorDamaged(cause: unknown): AppError {
  const message = 'this is no cursor of a Koji reader';
  return new AppError({ code: 'cursor-damaged', kind: 'invalid', message, remedy: 'begin again without one', cause });
}
