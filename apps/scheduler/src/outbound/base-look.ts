import type { BaseLook, BuildSystem, Withdrawn } from '@millrace/build-systems';
import type { WorkKind } from '@millrace/engine';
import type { Moment } from '@millrace/kernel';
import { compareBase, type BaseDifference, type HeldBuild, type ListedBuild } from '../domain/base-compare';
import type { Input, SeenBuild } from '../domain/input';
import { landingId } from '../domain/landing/landing-rows';
import { isStack, systemOf } from '../domain/policy';
import type { BuildRow, ReleaseRow } from '../domain/state';
import { releaseNamed, type Outside } from './outside';
import { seenBuild, systemNamed } from './systems';

interface BaseOrder {
  readonly release: string;
  readonly system: string;
}

interface BaseNews {
  readonly builds: readonly SeenBuild[];
  readonly withdrawn: readonly Withdrawn[];
}

const pageSize = 500;
/** What one look tells at most; the next one finds the rest. */
const mostTold = 200;

/**
 * Compares what is held to be the newest of each component with what the build system lists for the release, in a question
 * for each tag. Builds that no news told of, and those that went without a word, become inputs. Only reads.
 */
export function baseLooking({ read, systems }: Outside): WorkKind<BaseOrder, BaseNews, Input> {
  return {
    kind: 'base.look',
    concurrency: 1,
    timeoutMs: 240_000,
    tries: 1,
    run: async ({ release: name, system: of }) => {
      const system = systemNamed(systems, of);
      const release = await releaseNamed(read, name);
      const since = (await read.revisions.get(`${name}/1`))?.at;
      if (!system.base || since === undefined) return { builds: [], withdrawn: [] };
      // In this order: what lands meanwhile is listed and not held, and never the other way round.
      const held = await heldBuilds(read, release, of);
      const difference = compareBase(held, await system.base.newest(name), since);
      return {
        builds: await newerIn(read, system, name, difference, held),
        withdrawn: await goneFrom(read, system.base, name, difference),
      };
    },
    toInput: ({ release, system }, outcome) => ({
      type: 'base.looked',
      ...{ release, system },
      builds: outcome.ok ? outcome.value.builds : [],
      withdrawn: outcome.ok ? outcome.value.withdrawn : [],
    }),
  };
}

async function heldBuilds(read: Outside['read'], { id, definition }: ReleaseRow, system: string): Promise<HeldBuild[]> {
  const held: HeldBuild[] = [];
  for (let after = ''; ;) {
    const page = await read.validated.where(
      { release: id, id: { from: after } },
      { orderBy: 'id', limit: pageSize + 1 },
    );
    const next = page.filter((row) => row.id > after).slice(0, pageSize);
    const own = next.filter(({ component }) => !isStack(component) && systemOf(definition, component) === system);
    held.push(...own.map(({ component, build, nvr, cascade }) => ({ component, build, nvr, cascade })));
    if (next.length < pageSize) return held;
    after = next.at(-1)!.id;
  }
}

/** Builds of people that no news told of, and that are newer than what is held; the oldest first. */
async function newerIn(
  read: Outside['read'],
  system: BuildSystem,
  release: string,
  { other }: BaseDifference,
  held: readonly HeldBuild[],
): Promise<readonly SeenBuild[]> {
  const unknown = await unknownAmong(read, release, other);
  const heldOf = new Map(held.map((one) => [one.component, one.build]));
  const kept = await buildsOf(
    read,
    unknown.flatMap(({ component }) => heldOf.get(component) ?? []),
  );
  const newer = unknown.filter(({ component, completedAt }) => {
    const end = kept.get(heldOf.get(component) ?? '')?.endedAt ?? null;
    return end === null || completedAt! > end;
  });
  const oldest = newer.sort((a, b) => (a.completedAt! < b.completedAt! ? -1 : 1)).slice(0, mostTold);
  if (oldest.length === 0) return [];
  const statuses = await system.look(oldest.map(({ ref }) => ref));
  return statuses.filter(({ origin, state }) => origin === 'hand' && state === 'complete').map(seenBuild);
}

/** Not known by its ref, nor by its name: names of refs may have changed. */
async function unknownAmong(
  read: Outside['read'],
  release: string,
  listed: readonly ListedBuild[],
): Promise<ListedBuild[]> {
  const known = await buildsOf(
    read,
    listed.map(({ ref }) => ref),
  );
  const unknown: ListedBuild[] = [];
  for (const one of listed.filter(({ ref }) => !known.has(ref))) {
    const same = await read.builds.where({ release, component: one.component }, { orderBy: '-started_at', limit: 50 });
    if (same.every((row) => row.nvr !== one.nvr)) unknown.push(one);
    if (unknown.length >= 2 * mostTold) break;
  }
  return unknown;
}

/** Builds that landed, are not listed any more, and have nothing newer in their place. */
async function goneFrom(
  read: Outside['read'],
  base: BaseLook,
  release: string,
  { away }: BaseDifference,
): Promise<readonly Withdrawn[]> {
  const kept = await buildsOf(
    read,
    away.map(({ held }) => held.build),
  );
  const gone: { ref: string; component: string; nvr: string }[] = [];
  for (const { held, listed } of away) {
    const build = kept.get(held.build);
    if (build?.state !== 'complete' || isNewer(listed, build) || !(await hasLanded(read, held))) continue;
    gone.push({ ref: held.build, component: held.component, nvr: held.nvr });
    if (gone.length >= mostTold) break;
  }
  return gone.length === 0 ? [] : base.gone(release, gone);
}

function isNewer(listed: ListedBuild | null, { endedAt }: BuildRow): boolean {
  return listed !== null && (listed.completedAt ?? '') > (endedAt ?? ('' as Moment));
}

/** It is in the release by a cascade that landed and was not taken back, and did not stay behind there. */
async function hasLanded(read: Outside['read'], { cascade: id, build }: HeldBuild): Promise<boolean> {
  const cascade = await read.cascades.get(id);
  if (!cascade?.landed || cascade.state !== 'completed') return false;
  if (cascade.landings === undefined) return true;
  const landing = await read.landings.get(landingId(id, cascade.landings));
  if (landing?.state !== 'landed') return false;
  if (landing.stays === 0) return true;
  const steps = await read.landing_steps.where({ landing: landing.id });
  return steps.some((step) => step.build === build && (step.state === 'landed' || step.state === 'there'));
}

async function buildsOf(read: Outside['read'], ids: readonly string[]): Promise<ReadonlyMap<string, BuildRow>> {
  const found = new Map<string, BuildRow>();
  for (let n = 0; n < ids.length; n += pageSize) {
    for (const row of await read.builds.getMany(ids.slice(n, n + pageSize))) found.set(row.id, row);
  }
  return found;
}
