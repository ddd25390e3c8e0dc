import type { WorkKind } from '@millrace/engine';
import { digestOf, msOf, type Moment } from '@millrace/kernel';
import type { Followed, Landing } from '../../domain/follow/follow-input';
import type { Input } from '../../domain/input';
import type { BuildRow } from '../../domain/state';
import { isElsewhere } from '../local';
import type { Outside } from '../outside';
import { landedBuilds } from './landed-builds';
import { undoneIn } from './undone-builds';

interface LookOrder {
  readonly release: string;
  /** By the release that is followed. */
  readonly followed: Readonly<Record<string, Followed>>;
}

/** Landings and builds that one look goes through, the newest first. */
const mostCascades = 200;
const mostBuilds = 500;

/** What landed in the releases that a release follows, and was not taken yet. Reads the database alone. */
export function followLooking({ read }: Pick<Outside, 'read'>): WorkKind<LookOrder, readonly Landing[], Input> {
  return {
    kind: 'follow.look',
    concurrency: 2,
    timeoutMs: 60_000,
    tries: 1,
    run: async ({ followed }) => {
      const found: Landing[] = [];
      for (const [of, before] of Object.entries(followed)) {
        const newest = await read.builds.where({ release: of }, { orderBy: '-started_at', limit: mostBuilds });
        found.push(...(await landedCascades(read, of, before)), ...(await madeByHand(read, of, before, newest)));
        found.push(...(await undoneIn(read, of, before, newest)));
      }
      return found;
    },
    toInput: ({ release }, outcome) => ({
      type: 'follow.looked',
      release,
      landings: outcome.ok ? outcome.value : [],
    }),
  };
}

/** A cascade may land in parts: each landing of its own, of what had landed then. */
async function landedCascades(read: Outside['read'], of: string, { since, seen }: Followed): Promise<Landing[]> {
  const newest = await read.landings.where({ release: of, state: 'landed' }, { orderBy: '-at', limit: mostCascades });
  const fresh = newest.filter((one) => isSince(one.endedAt, since) && !seen.includes(one.id));
  const landings: Landing[] = [];
  for (const { id, cascade } of fresh.reverse()) {
    const builds = await landedBuilds(read, cascade, id);
    if (builds.length > 0) landings.push({ id, of, what: `cascade ${cascade}`, builds, seen: [id] });
  }
  return landings;
}

function isSince(at: Moment | null, since: Moment): boolean {
  return at !== null && msOf(at) >= msOf(since);
}

/** Builds that people made and that belong to no cascade. */
async function madeByHand(
  read: Outside['read'],
  of: string,
  { since, seen }: Followed,
  newest: readonly BuildRow[],
): Promise<Landing[]> {
  const release = await read.releases.get(of);
  if (!release) return [];
  const fresh = newest.filter(
    (one) => isByHand(one, since) && isElsewhere(release.definition, one.component) && !seen.includes(one.id),
  );
  if (fresh.length === 0) return [];
  const ids = fresh.map((one) => one.id).sort();
  const what = ids.length === 1 ? `build ${fresh[0]!.nvr ?? ids[0]!}, made by hand,` : `${ids.length} builds by hand`;
  const builds = fresh.reverse().map(({ component, nvr, source }) => ({ component, nvr, source }));
  return [{ id: `builds-${digestOf(ids).slice(7, 19)}`, of, what, builds, seen: ids }];
}

function isByHand({ state, origin, standing, bootstrap, endedAt }: BuildRow, since: Moment): boolean {
  const isOwn = origin !== 'hand' || standing !== 'seen';
  return !isOwn && state === 'complete' && !bootstrap && isSince(endedAt, since);
}
