import { parseNvr } from '@millrace/kernel';
import { build as buildRow, history, packageEntry, tag as tagRow, taggedBuild, type Build } from '@millrace/koji';
import type { Answered, Call, Tagging } from '@millrace/koji';
import { compareEvr } from '@millrace/package-metadata';
import { z } from 'zod';
import type { Place } from '../build-system';
import type { LandingBuild, LandingLook } from '../landing-adapter';
import { buildOfRef } from './build-of';
import { readPlace } from './place-book';
import { namedBy } from './ref';
import { baseTagOf, releaseOf, targetOf } from './releases';
import type { KojiParts } from './settings';

/** A build that is to land, as the hub has it, with the tag that it goes to. */
export interface Landable {
  readonly of: LandingBuild;
  readonly build: Build | null;
  /** Empty: its type has no tag to land in. */
  readonly tag: string;
  /** Tags that it is in. */
  readonly tags: readonly string[];
}

type Hindrance = NonNullable<LandingLook['hindrance']>;

/** What the release's tag has of builds, and what people did to them; a handful of requests for a hundred builds. */
export async function lookForLanding(
  parts: KojiParts,
  place: Place,
  builds: readonly LandingBuild[],
): Promise<readonly LandingLook[]> {
  const all = await landables(parts, place, builds);
  const open = all.filter(({ build, tag, tags }) => build !== null && tag !== '' && !tags.includes(tag));
  const reasons = await hindrances(parts, place, open);
  return all.map((one): LandingLook => {
    const { ref } = one.of;
    if (one.build?.state === 'COMPLETE' && (one.tag === '' || one.tags.includes(one.tag))) {
      return { ref, there: true, hindrance: null };
    }
    return { ref, there: false, hindrance: goneOf(one) ?? reasons.get(ref) ?? null };
  });
}

/** Builds with the tags that they are in and go to. */
export async function landables(
  parts: KojiParts,
  { release }: Place,
  builds: readonly LandingBuild[],
): Promise<readonly Landable[]> {
  const rows = await buildsOf(parts, builds);
  const known = rows.flatMap((row) => row ?? []);
  const tags = await many(
    parts,
    known.map((row) => ({ method: 'listTags', params: [row.build_id] })),
    z.array(tagRow),
  );
  const namesOf = new Map(known.map((row, n) => [row.build_id, (tags[n] ?? []).map((one) => one.name)]));
  const base = await baseTagOf(parts, release);
  return Promise.all(
    builds.map(async (of, n): Promise<Landable> => {
      const build = rows[n] ?? null;
      const isRpm = of.component.startsWith('rpm/');
      const tag = isRpm ? base : (await targetOf(parts, release, of.component)).tag;
      return { of, build, tag, tags: (build && namesOf.get(build.build_id)) ?? [] };
    }),
  );
}

async function hindrances(
  parts: KojiParts,
  place: Place,
  open: readonly Landable[],
): Promise<ReadonlyMap<string, Hindrance>> {
  const ask = <T>(make: (one: Landable) => Call, schema: z.ZodType<T>) => many(parts, open.map(make), schema);
  const { isolation } = await releaseOf(parts, place.release);
  const wasLeft = await hasLanded(parts, place);
  const latest = await ask(
    ({ tag, build }) => ({ method: 'getLatestBuilds', params: [tag], keywords: { package: build!.name } }),
    z.array(taggedBuild),
  );
  const entries = await ask(
    ({ tag, build }) => ({ method: 'getPackageConfig', params: [tag, build!.name] }),
    packageEntry.nullable(),
  );
  const finals = await ask(({ build }) => ({ method: 'getBuild', params: [finalNvr(build!)] }), buildRow.nullable());
  const past = await ask(
    ({ tag, build }) => ({
      method: 'queryHistory',
      keywords: { tables: ['tag_listing'], tag, build: build!.build_id },
    }),
    history,
  );
  const { name: me } = await parts.facts.me();
  const found = open.map((one, n): readonly [string, Hindrance | null] => {
    const away = takenAway(one, past[n]?.tag_listing ?? [], me);
    const inPlace =
      wasLeft || isolation !== 'side-tag' || !one.of.component.startsWith('rpm/') || one.tags.includes(place.id);
    const because =
      away ??
      (inPlace ? null : leftPlace(one, place)) ??
      newer(one, latest[n] ?? []) ??
      blocked(one, entries[n] ?? null) ??
      taken(one, finals[n] ?? null);
    return [one.of.ref, because];
  });
  return new Map(found.flatMap(([ref, because]) => (because ? [[ref, because] as const] : [])));
}

/** It had landed before and was taken back: its place went with that, and nobody took its builds out of it. */
async function hasLanded(parts: KojiParts, { id, release, cascade }: Place): Promise<boolean> {
  const opened = cascade === null ? null : await readPlace(parts, release, cascade);
  return opened?.closed === 'landed' && (await parts.hub.getTag(id)) === null;
}

async function buildsOf(parts: KojiParts, builds: readonly LandingBuild[]): Promise<readonly (Build | null)[]> {
  const named = builds.map(({ ref }) => namedBy(ref));
  const tasks = named.flatMap((one) => ('task' in one ? [one.task] : []));
  const ids = named.flatMap((one) => ('build' in one ? [one.build] : []));
  const byTask = await parts.hub.listBuildsOfMany(tasks);
  const byId = await parts.hub.getBuilds(ids);
  const ofTask = new Map(tasks.map((task, n) => [task, valueOf(byTask[n])?.at(-1) ?? null]));
  const ofId = new Map(ids.map((id, n) => [id, valueOf(byId[n]) ?? null]));
  return Promise.all(
    named.map(async (one, n) => {
      if ('build' in one) return ofId.get(one.build) ?? null;
      // Builds of content generators name no task: their task names them.
      return ofTask.get(one.task) ?? (await buildOfRef(parts, builds[n]!.ref));
    }),
  );
}

async function many<T>(parts: KojiParts, calls: readonly Call[], schema: z.ZodType<T>): Promise<readonly (T | null)[]> {
  return (await parts.hub.askMany(calls, schema)).map((answer) => valueOf(answer) ?? null);
}

function valueOf<T>(answer: Answered<T> | undefined): T | null {
  if (answer === undefined) return null;
  if (answer.ok) return answer.value;
  throw answer.fault;
}

function takenAway({ of, tag }: Landable, past: readonly Tagging[], me: string): Hindrance | null {
  const away = past.find((row) => row.revoke_event && row.revoker_name !== me);
  if (!away) return null;
  const because = `${of.nvr} was untagged from ${tag} by ${away.revoker_name ?? 'somebody'}: it is not put back`;
  return { kind: 'untagged', because, remedy: `tag it again by hand if that was a mistake (koji tag-build ${tag} …)` };
}

function leftPlace({ of }: Landable, place: Place): Hindrance {
  const because = `${of.nvr} is not in ${place.id} any more: somebody untagged it`;
  return { kind: 'untagged', because, remedy: `build it again, or land without it (--partial)` };
}

function newer({ of, build, tag }: Landable, latest: readonly Build[]): Hindrance | null {
  const there = latest.find((row) => row.build_id !== build!.build_id && compareEvr(evrOf(row), evrOf(build!)) > 0);
  if (!there) return null;
  const because = `${tag} has ${there.nvr}, which is newer than ${of.nvr}`;
  return { kind: 'newer-in-base', because, remedy: 'land without it (--partial), or build it again from there' };
}

function blocked({ build, tag }: Landable, entry: z.infer<typeof packageEntry> | null): Hindrance | null {
  if (entry && entry.blocked !== true) return null;
  const because = `package ${build!.name} is ${entry ? 'blocked in' : 'not in the list of'} ${tag}`;
  const remedy = entry ? `koji unblock-pkg ${tag} ${build!.name}` : `koji add-pkg ${tag} ${build!.name} --owner …`;
  return { kind: 'other', because, remedy };
}

/** A draft can become final only while no other build has its NVR. */
function taken({ of, build }: Landable, final: Build | null): Hindrance | null {
  if (!build!.draft || !final || final.build_id === build!.build_id) return null;
  if (final.state === 'FAILED' || final.state === 'CANCELED' || final.draft) return null;
  const because = `${of.nvr} cannot become final: ${final.nvr} is there already`;
  return { kind: 'nvr-taken', because, remedy: 'build it once more with a higher release' };
}

function goneOf({ of, build }: Landable): Hindrance | null {
  if (build?.state === 'COMPLETE') return null;
  const because = build ? `${of.nvr} is ${build.state.toLowerCase()} in Koji` : `Koji has no build of ${of.ref}`;
  return { kind: 'withdrawn', because, remedy: 'build it again, or land without it (--partial)' };
}

function finalNvr({ nvr }: Build): string {
  return nvr.replace(/,draft_\d+$/, '');
}

function evrOf(row: Build) {
  const { version, release } = parseNvr(finalNvr(row)) ?? row;
  return { epoch: String(row.epoch ?? 0), version, release };
}
