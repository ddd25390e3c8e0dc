import { AppError } from '@millrace/kernel';
import {
  history,
  isFault,
  type Answered,
  type Build,
  type BuildId,
  type Listing,
  type RpcStruct,
  type Tagging,
  type Task,
} from '@millrace/koji';
import { z } from 'zod';
import type { Withdrawn } from '../build-system';
import type { BaseMove, GoneTag } from '../side-tag';
import { componentOf } from './look';
import { markerOf } from './marker';
import { allPlaces } from './place-book';
import { refOfBuild, taskOfBuild } from './ref';
import { knownTarget, releaseOf } from './releases';
import { goneTags, movesOf } from './side-tag-news';
import type { KojiParts } from './settings';

/** Events are numbered before they are committed: a lower number may appear after a higher one. */
export const lateEvents = 100;

type History = z.infer<typeof history>;

export interface TagNews {
  /** Builds of others that came into the release's tags. */
  readonly fresh: readonly Build[];
  readonly withdrawn: readonly Withdrawn[];
  /** What people put into the base while cascades are open. */
  readonly moved: readonly BaseMove[];
  /** Side tags of open cascades that are there no more. */
  readonly gone: readonly GoneTag[];
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
  const gone = await goneTags(parts, release);
  const tags = (await watchedTags(parts, release)).filter(({ name }) => gone.every((one) => one.tag !== name));
  const afterEvent = Math.max(0, since - lateEvents);
  const calls = tags.flatMap(({ name: tag }) =>
    tables.map((table) => ({
      method: 'queryHistory',
      keywords: { tables: [table], tag, afterEvent } satisfies RpcStruct,
    })),
  );
  const answers = rowsOf(await parts.hub.askMany(calls, history), tags);
  const listing = answers.flatMap((one) => one.tag_listing);
  const { name: me } = await parts.facts.me();
  const side = new Set(tags.filter((one) => one.kind === 'side').map((one) => one.name));
  // What we put into a side tag (a pinned base, what was in one that is gone) is nobody's news.
  const own = (row: Tagging): boolean => side.has(row['tag.name']) && row.creator_name === me;
  const came = listing.filter(
    (row) => row.create_event > afterEvent && !known.has(keyOf(row, row.create_event)) && !own(row),
  );
  const left = listing.filter((row) => wentAway(row, afterEvent, known) && row.revoker_name !== me);
  const went = await withoutMoves(parts, left, tags);
  const blocked = answers.flatMap((one) => one.tag_packages).filter((row) => isBlocked(row, afterEvent, known));
  const builds = await buildsOf(parts, [...came, ...went]);
  const fresh = await foreign(parts, present(came.map((row) => builds.get(row.build_id))));
  const bases = new Set(tags.filter((one) => one.kind === 'base').map((one) => one.name));
  const intoBase = came.filter((row) => bases.has(row['tag.name']));
  return {
    ...{ fresh, gone, moved: await movesOf(parts, release, intoBase, fresh) },
    withdrawn: [...went.flatMap((row) => withdrawnOf(row, builds.get(row.build_id))), ...blocked.map(blockedOf)],
    read: [
      ...listing.map((row) => keyOf(row, row.create_event)),
      ...left.map((row) => keyOf(row, row.revoke_event!)),
      ...blocked.map(keyOfPackage),
    ],
  };
}

const tables = ['tag_listing', 'tag_packages'] as const;

interface WatchedTag {
  readonly name: string;
  /** `candidates`: what leaves it goes on its way. `side`: somebody may have removed it. */
  readonly kind: 'base' | 'candidates' | 'side';
}

/** The release's own tags, of each type, and the side tags of its open cascades: where people build their fixes. */
async function watchedTags(parts: KojiParts, release: string): Promise<readonly WatchedTag[]> {
  const found = new Map<string, WatchedTag['kind']>();
  await releaseOf(parts, release);
  const targets = Object.values((await parts.options.releases.named(release)) ?? {});
  for (const one of targets.filter((target) => target?.target)) {
    const { dest_tag_name: candidates } = await knownTarget(parts, one!.target);
    found.set(one!.tag === '' ? candidates : one!.tag, 'base');
    if (!found.has(candidates)) found.set(candidates, 'candidates');
  }
  const open = (await allPlaces(parts)).filter((one) => one.place.release === release && one.closed === null);
  for (const { place, target } of open) if (target === place.id) found.set(place.id, 'side');
  return [...found].map(([name, kind]) => ({ name, kind }));
}

/** Only a side tag may be gone; any other refusal would be news that is lost for ever. */
function rowsOf(answers: readonly Answered<History>[], tags: readonly WatchedTag[]): readonly History[] {
  return answers.flatMap((answer, n) => {
    if (answer.ok) return [answer.value];
    const isGone = isFault(answer.fault, 'GenericError', 'TagError');
    if (isGone && tags[Math.floor(n / tables.length)]!.kind === 'side') return [];
    throw answer.fault;
  });
}

/** A candidate that was moved on has not been taken away; one that is in no tag any more has. */
async function withoutMoves(
  { hub }: KojiParts,
  left: readonly Tagging[],
  tags: readonly WatchedTag[],
): Promise<readonly Tagging[]> {
  const candidates = new Set(tags.filter((one) => one.kind === 'candidates').map((one) => one.name));
  const moved = new Set<BuildId>();
  for (const row of left.filter((one) => candidates.has(one['tag.name']))) {
    if ((await hub.listTagsOf(row.build_id)).length > 0) moved.add(row.build_id);
  }
  return left.filter((row) => !candidates.has(row['tag.name']) || !moved.has(row.build_id));
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

/** Ours carry our marker and are no news from outside; modules are told by their own service. */
async function foreign(parts: KojiParts, builds: readonly Build[]): Promise<readonly Build[]> {
  const complete = [...new Map(builds.map((build) => [build.build_id, build])).values()].filter(
    (build) => build.state === 'COMPLETE' && !isModule(build),
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

const moduleInfo = z.looseObject({ typeinfo: z.looseObject({ module: z.looseObject({}) }) });

function isModule({ extra }: Build): boolean {
  return moduleInfo.safeParse(extra).success;
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
