import { doors, type SourceRef } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import { isRefusal, type ComponentId } from '@millrace/kernel';
import type { FollowOrder, MappedBuild } from '../../domain/follow/follow-input';
import { leftOutHere, needsStanding, type BuildHere, type Standing } from '../../domain/follow/standing';
import type { ChangeToCheck, Input, ReportedChange } from '../../domain/input';
import { leftOutUndone } from '../../domain/follow/undone';
import { clip, commitOf, listed } from '../../domain/words';
import { gitSourceOf } from '../git-source';
import { releaseNamed, type Outside } from '../outside';
import { inParallel } from '../parallel';
import type { Bumps } from '../rebuild-source';
import { hindrance } from '../systems';

type Left = NonNullable<ReportedChange['own']>[number];

/** Of what landed in another release: which components the graph has here, and whose build here must not be lost. */
export function followChecking(outside: Outside, bumps: Bumps): WorkKind<ChangeToCheck, ReportedChange, Input> {
  return {
    kind: 'follow.check',
    concurrency: 2,
    timeoutMs: 1_800_000,
    tries: 4,
    run: (order, { signal }) => reported(outside, bumps, order, signal),
    toInput: (order, outcome) =>
      outcome.ok
        ? { type: 'change.reported', release: order.release, change: outcome.value, asked: false }
        : { type: 'change.unchecked', release: order.release, order, fault: hindrance(outcome.fault) },
  };
}

async function reported(
  outside: Outside,
  bumps: Bumps,
  order: ChangeToCheck,
  signal: AbortSignal,
): Promise<ReportedChange> {
  const { change: id, release, kind, urgency, by, why, message = null } = order;
  const { builds, left, ...follows } = order.follows!;
  const members = builds.map((one) => one.here);
  const { unknown } = await outside.asker.ask(doors.resolver.impact, { release, members });
  const strange = new Set(unknown.map((one) => one.component));
  const known = builds.filter((one) => !strange.has(one.here));
  const barred = await inParallel(known, 4, (one) => leftOut(outside, bumps, { release, follows, one }, signal));
  const undoes = follows.undone ? await hereBy(outside.read, release, known) : '';
  const own = barred.flatMap((because, n): Left[] => (because ? [{ component: known[n]!.here, because }] : []));
  const wanted = known.filter((_, n) => barred[n] === null);
  const components = wanted.map(({ here: component, source }) => ({ component, source, nvr: null }));
  const about = { id, release, kind, all: false, urgency, by, why: clip(`${why}${undoes}`, 500), message, follows };
  return { ...about, components, unknown, own: [...left, ...own] };
}

interface Followed {
  readonly release: string;
  readonly follows: Pick<FollowOrder, 'release' | 'undone'>;
  readonly one: MappedBuild;
}

async function leftOut(outside: Outside, bumps: Bumps, of: Followed, signal: AbortSignal): Promise<string | null> {
  const { release, follows, one } = of;
  const newest = await newestHere(outside.read, release, one.here);
  const here: BuildHere | null = newest && { ...newest, commit: commitOf(newest.source) };
  if (one.gone) {
    const gone = { ...one, source: one.gone.source };
    const held = needsStanding(gone, here)
      ? await standingOf(outside, bumps, { ...of, one: gone }, here!.commit!, signal)
      : { standing: null };
    return leftOutUndone(follows, one, here, held.standing);
  }
  const asked = needsStanding(one, here)
    ? await standingOf(outside, bumps, of, here!.commit!, signal)
    : { standing: null, unread: null };
  return leftOutHere(follows.release, one, here, asked);
}

/** The newest build of a component, whoever made it. */
async function newestHere(read: Outside['read'], release: string, component: ComponentId) {
  const rows = await read.builds.where({ release, component }, { orderBy: '-started_at', limit: 50 });
  const newest = rows.find((row) => row.state === 'complete' && !row.bootstrap);
  if (newest) return { name: newest.nvr ?? newest.id, origin: newest.origin, source: newest.source };
  const validated = await read.validated.get(`${release}/${component}`);
  return validated && { name: validated.nvr, origin: 'cascade' as const, source: validated.source };
}

/** The cascades that built here what was taken back there, in words; empty: none did. */
async function hereBy(read: Outside['read'], release: string, builds: readonly MappedBuild[]): Promise<string> {
  const rows = await read.validated.getMany(builds.map((one) => `${release}/${one.here}`));
  const byCommit = new Map(builds.map((one) => [one.here, commitOf(one.gone?.source ?? null)]));
  const cascades = rows.filter((row) => commitOf(row.source) === byCommit.get(row.component)).map((row) => row.cascade);
  const named = [...new Set(cascades)];
  return named.length === 0 ? '' : `; built here by ${listed(named)}: millrace cascade revert ${named[0]} --dry-run`;
}

/** How the commit that was built here stands to the one that landed, as git has it. */
async function standingOf(
  { read }: Outside,
  { git }: Bumps,
  { release, follows, one }: Followed,
  commit: string,
  signal: AbortSignal,
): Promise<{ readonly standing: Standing; readonly unread: string | null }> {
  const landed = one.source as Extract<SourceRef, { kind: 'git' }>;
  const there = gitSourceOf((await releaseNamed(read, follows.release)).definition, one.component);
  const own = gitSourceOf((await releaseNamed(read, release)).definition, one.here);
  if (!there || !own) return { standing: null, unread: null };
  const relation = await git.relation({ remote: there, commit: landed.commit }, { remote: own, commit }, signal);
  if (isRefusal(relation)) return { standing: null, unread: relation.because };
  return { standing: relation.how, unread: null };
}
