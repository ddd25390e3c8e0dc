import { durationMs, releaseChanged } from '@millrace/contracts';
import { digestOf, later, type Moment, msBetween, type Refusal } from '@millrace/kernel';
import { oweStale } from './baseline/adoption';
import { liveOf } from './live';
import { check } from './changes';
import type { ReleaseInput, SeenBuild } from './input';
import { followSoon, refuseRing } from './follow/follow';
import { handBuildsSeen } from './hand-made';
import { leavesObserving, refuseUnconfirmed, startsNow, turnMode, type Starts } from './modes/leaving';
import type { BuiltByPeople } from './modes/mode-input';
import { systemsOf } from './policy';
import { isBehind, mostPassed } from './pushes';
import type { CursorRow, ReleaseRow, SourceRow } from './state';
import type { Turn } from './turn';
import { sourcesPoller, watchSoon } from './watch';
import type { WithdrawnBuild } from './watch-input';
import { commitOf } from './words';

export interface ApplyReply {
  readonly name: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly mode: ReleaseRow['definition']['mode'];
  /** Left out where it observed before and does so still, or never did. */
  readonly starts?: Starts;
  /** Cascades that go on with the plans that they have. */
  readonly running?: readonly string[];
}

/** Milliseconds between two looks at the list of a build system's builds. */
const seenEvery = 1500;

/** Makes a definition the current one; an equal one makes no new revision. */
export function applyRelease(
  turn: Turn,
  { definition, why, confirmed = null }: Extract<ReleaseInput, { type: 'release.apply' }>,
): Refusal | ApplyReply {
  const { release: name, mode } = definition;
  const old = turn.find('releases', name);
  const digest = digestOf(definition);
  if (old?.digest === digest) return { name, revision: old.definitionRevision, changed: false, mode };
  const refusal = old ? refuseUnconfirmed(turn, old, definition, confirmed) : null;
  if (refusal) return refusal;
  const ring = refuseRing(turn, definition);
  if (ring) return ring;
  const starts = old && leavesObserving(old.definition, definition) ? { starts: startsNow(turn, old) } : {};
  const number = (old?.definitionRevision ?? 0) + 1;
  const by = turn.context.who;
  const row: ReleaseRow = {
    ...(old ?? { id: name, revision: 0, running: null, cascades: 0, repository: null }),
    definitionRevision: number,
    digest,
    definition,
    by,
    at: turn.at,
  };
  turn.put('releases', row);
  turn.put('revisions', {
    id: `${name}/${number}`,
    revision: 0,
    release: name,
    number,
    digest,
    definition,
    by,
    why,
    at: turn.at,
  });
  turn.say(releaseChanged, name, { name, revision: number, digest, definition, by });
  watch(turn, row);
  if (old) turnMode(turn, old.definition, definition);
  // What waits may be free to go by its rules and freezes.
  if (old) turn.self({ type: 'changes.due', release: name });
  const running = old ? liveOf(old) : [];
  for (const cascade of running) turn.self({ type: 'cascade.check', release: name, cascade });
  return { name, revision: number, changed: true, mode, ...starts, ...(running.length > 0 ? { running } : {}) };
}

/** The heads of the sources: those that moved are changes; a first sight is remembered and starts nothing. */
export function sourcesPolled(turn: Turn, input: Extract<ReleaseInput, { type: 'sources.polled' }>): void {
  const moved: { component: string; commit: string }[] = [];
  for (const { component, url, commit } of input.heads) {
    const id = `${input.release}/${component}`;
    const old = turn.find('sources', id);
    if (old?.commit === commit && old.url === url) continue;
    if (old?.url === url && isBehind(turn, old, commit)) continue;
    const passed = old?.url === url ? [...(old.passed ?? []), old.commit].filter((one) => one !== commit) : [];
    const row = { id, revision: old?.revision ?? 0, release: input.release, component, url, commit };
    turn.put('sources', { ...row, passed: passed.slice(-mostPassed) });
    if (old && old.url === url) moved.push({ component, commit });
    if (!old) comparedWithBaseline(turn, row);
  }
  if (moved.length > 0) {
    const change = `ch-${digestOf([input.release, turn.context.id]).slice(7, 19)}`;
    const why = moved.length === 1 ? `commit ${moved[0]!.commit.slice(0, 8)}` : `${moved.length} commits`;
    const components = moved.map(({ component, commit }) => ({ component, commit }));
    const of = { change, release: input.release, kind: 'commit', components, urgency: 'normal', by: 'git' } as const;
    check(turn, { ...of, why, times: 0 });
  }
  const release = turn.row('releases', input.release);
  keepCursor(turn, release.id, sourcesPoller, null, input.problem ?? null);
  const { git } = release.definition.triggers;
  pollSources(turn, release, git ? later(turn.at, durationMs(git.every)) : null);
}

/** What was built from another commit when the release was adopted is owed, and no news. */
function comparedWithBaseline(turn: Turn, head: Pick<SourceRow, 'id' | 'release' | 'component' | 'commit'>): void {
  const adopted = turn.find('adopted', head.id);
  const commit = commitOf(adopted?.source ?? null);
  if (adopted && commit !== null) oweStale(turn, head, adopted.nvr, commit);
}

export function sourcesDue(turn: Turn, name: string): void {
  const release = turn.row('releases', name);
  if (!release.definition.triggers.git) return;
  turn.work('sources.poll', `${name}/${turn.context.id}`, { release: name });
}

/** The builds that appeared or ended in a build system since the last look. */
export function buildsSeen(turn: Turn, input: Extract<ReleaseInput, { type: 'builds.seen' }>): void {
  const { release, system } = input;
  tellBuilds(turn, release, system, input.builds, input.withdrawn ?? []);
  keepCursor(turn, release, system, input.cursor, input.problem);
  lookAgain(turn, release, system);
}

/** What others made and took away, however it came to be known. */
export function tellBuilds(
  turn: Turn,
  release: string,
  system: string,
  builds: readonly SeenBuild[],
  withdrawn: readonly WithdrawnBuild[],
): void {
  handBuildsSeen(turn, release, system, builds);
  compareObserved(turn, release, builds);
  for (const one of withdrawn) turn.self({ type: 'build.withdrawn', release, withdrawn: one });
}

/** What people built is compared with what was owed, and with the plans of a release that only observes. */
function compareObserved(turn: Turn, release: string, seen: readonly SeenBuild[]): void {
  const made = seen.filter((one) => one.origin === 'hand' && one.state === 'complete' && !one.bootstrap);
  const builds = made.map(({ ref, component, nvr, submittedBy, endedAt }): BuiltByPeople => {
    return { component, nvr: nvr ?? ref, by: submittedBy ?? 'somebody', endedAt };
  });
  if (builds.length === 0) return;
  turn.self({ type: 'debt.built', release, builds });
  if ((turn.row('releases', release).observed ?? []).length > 0) turn.self({ type: 'observed.built', release, builds });
}

/** How far a poller has read, and since when it cannot. Answers without news are kept by the minute. */
function keepCursor(turn: Turn, release: string, system: string, cursor: string | null, problem: string | null): void {
  const id = cursorId(release, system);
  const old = turn.find('cursors', id);
  const moved = cursor !== (old?.cursor ?? null) || problem !== (old?.problem ?? null);
  const before = old?.answeredAt ?? null;
  const stale = problem === null && (before === null || Math.abs(msBetween(before, turn.at)) >= 60_000);
  if (old && !moved && !stale) return;
  const row: CursorRow = {
    id,
    revision: old?.revision ?? 0,
    release,
    system,
    cursor,
    round: (old?.round ?? 0) + 1,
    problem,
    problemSince: problem === null ? null : (old?.problemSince ?? turn.at),
    answeredAt: problem === null ? turn.at : before,
  };
  turn.put('cursors', row);
}

export function buildsDue(turn: Turn, name: string, system: string): void {
  const release = turn.row('releases', name);
  if (!systemsOf(release.definition).includes(system)) return;
  const cursor = turn.find('cursors', cursorId(name, system))?.cursor ?? null;
  turn.work('builds.seen', `${name}/${system}/${turn.context.id}`, { release: name, system, cursor });
}

export function cursorId(release: string, system: string): string {
  return `${release}/${system}`;
}

/** A new definition is looked at right away, whatever the last one was waiting for. */
function watch(turn: Turn, release: ReleaseRow): void {
  pollSources(turn, release, release.definition.triggers.git ? turn.at : null);
  for (const system of systemsOf(release.definition)) lookAgain(turn, release.id, system);
  watchSoon(turn, release.id);
  followSoon(turn, release.definition);
  if (!release.definition.budgets?.people) return;
  for (const system of systemsOf(release.definition)) turn.self({ type: 'channels.due', system });
}

function pollSources(turn: Turn, release: ReleaseRow, at: Moment | null): void {
  turn.wake(`sources/${release.id}`, at, { type: 'sources.due', release: release.id });
}

function lookAgain(turn: Turn, release: string, system: string): void {
  turn.wake(`builds/${release}/${system}`, later(turn.at, seenEvery), { type: 'builds.due', release, system });
}
