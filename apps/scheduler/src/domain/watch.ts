import { later, msBetween, type Moment } from '@millrace/kernel';
import { settleAlerts, type Hanging } from './alerts';
import { capacityId } from './capacity';
import { systemsOf } from './policy';
import { goneSideTags } from './side-tags/gone-alert';
import type { BuildRow, CapacityRow, CascadeRow, CursorRow, RebuildRow, ReleaseRow } from './state';
import type { Turn } from './turn';

const minute = 60_000;
const every = minute;
/** A build runs too long from so many times its learned time on, and not before ten minutes. */
const slowTimes = 4;
const slowLeast = 10 * minute;
const untakenAfter = 30 * minute;
const silentAfter = 5 * minute;
/** Builds are compared with their sources this often. */
const reconcileEvery = 5 * minute;

/** Looks at a release for what hangs unseen, every minute: raised once, ended when it is over. */
export function watchDue(turn: Turn, name: string): void {
  const release = turn.row('releases', name);
  const before = turn.find('watches', name);
  const reconciles = !before?.reconciledAt || Math.abs(msBetween(before.reconciledAt, turn.at)) >= reconcileEvery;
  const reconciledAt = reconciles ? turn.at : before.reconciledAt!;
  turn.put('watches', { id: name, revision: before?.revision ?? 0, at: turn.at, reconciledAt });
  if (reconciles) turn.self({ type: 'release.reconcile', release: name, after: '' });
  turn.wake(watchKey(name), later(turn.at, every), { type: 'watch.due', release: name });
  // After a pause of our own, or a jump of the clock, everybody looks silent: they get a minute to answer.
  const paused = !before || Math.abs(msBetween(before.at, turn.at)) > 3 * every;
  settleAlerts(turn, name, [
    ...turn.all('rebuilds').flatMap((row) => hangingRebuild(turn, row, paused)),
    ...turn.all('cascades').flatMap((cascade) => (cascade.release === name ? hangingPlan(turn, cascade) : [])),
    ...turn.all('cursors').flatMap((cursor) => silentPoller(turn, release, cursor, paused)),
    ...systemsOf(release.definition).flatMap((system) => downSystem(turn, name, system)),
    ...goneSideTags(turn, name),
  ]);
}

/** The first look at a release, soon after it is known or the scheduler starts. */
export function watchSoon(turn: Turn, name: string): void {
  turn.wake(watchKey(name), later(turn.at, every), { type: 'watch.due', release: name });
}

function watchKey(release: string): string {
  return `watch/${release}`;
}

function hangingRebuild(turn: Turn, row: RebuildRow, paused: boolean): Hanging[] {
  const build = row.build === null ? undefined : turn.find('builds', row.build);
  if (!build) return [];
  if (row.state === 'building') return paused ? [] : [...untaken(turn, row, build), ...slow(turn, row, build)];
  if (row.state !== 'gating' && row.state !== 'rejected') return [];
  return [...overdue(turn, row, build), ...(paused ? [] : silentGate(turn, row, build))];
}

function untaken(turn: Turn, row: RebuildRow, build: BuildRow): Hanging[] {
  const since = row.startedAt ?? build.startedAt;
  if (build.state !== 'submitted' || since === null || msBetween(since, turn.at) < untakenAfter) return [];
  const text = `build ${build.id} of ${row.component} was submitted ${ago(since, turn.at)} ago and no builder has taken it`;
  const remedy = `look whether builders of its architectures are up, or cancel it: millrace cascade retry ${row.cascade} ${row.component}`;
  return [{ kind: 'task-untaken', subject: build.id, since, text, remedy }];
}

function slow(turn: Turn, row: RebuildRow, build: BuildRow): Hanging[] {
  const since = build.takenAt ?? row.startedAt;
  if (build.state !== 'building' || !since) return [];
  const known = turn.find('durations', `${row.release}/${row.component}`)?.typical ?? row.expected;
  if (msBetween(since, turn.at) <= Math.max(slowLeast, slowTimes * known)) return [];
  const text =
    `build ${build.id} of ${row.component} runs for ${ago(since, turn.at)}; ` + `it takes ${words(known)} as a rule`;
  const remedy = `look at its log (millrace build log ${build.id}); cancel it in its build system if it hangs, it is then tried again`;
  return [{ kind: 'build-slow', subject: build.id, since, text, remedy }];
}

function overdue(turn: Turn, row: RebuildRow, build: BuildRow): Hanging[] {
  const tests = row.overdue ?? [];
  if (tests.length === 0 || row.verdict === 'passed') return [];
  const text = `the gate of ${row.nvr ?? build.id} (${row.component}) is overdue: ${tests.join(', ')} did not report in time`;
  const remedy = `run the tests again, or waive: millrace gate waive ${row.nvr ?? build.id} ${tests[0]}`;
  return [{ kind: 'gate-overdue', subject: build.id, since: turn.at, text, remedy }];
}

/** The bridge has not said anything about a build, or the resolver has not compared one whose gate passed. */
function silentGate(turn: Turn, row: RebuildRow, build: BuildRow): Hanging[] {
  // A build made by hand may have been found long after its end.
  const since = row.marks?.built ?? build.endedAt;
  if (row.state !== 'gating' || since === null || msBetween(since, turn.at) < silentAfter) return [];
  if (row.verdict === null) {
    const text = `the gate was asked about ${row.nvr ?? build.id} ${ago(since, turn.at)} ago and has not answered`;
    return [
      {
        kind: 'gate-silent',
        subject: build.id,
        since,
        text,
        remedy: 'look whether the ci-bridge and the bus are up: millrace status',
      },
    ];
  }
  if (row.verdict !== 'passed' || row.compared) return [];
  const text = `the resolver has not compared ${row.nvr ?? build.id} for ${ago(since, turn.at)}: ${row.because}`;
  return [
    {
      kind: 'resolver-away',
      subject: row.cascade,
      since,
      text,
      remedy: 'look whether the resolver is up: millrace status',
    },
  ];
}

function hangingPlan(turn: Turn, cascade: CascadeRow): Hanging[] {
  const { planning, problem, state, id } = cascade;
  if (planning.asked <= planning.made || problem === null || state === 'completed' || state === 'cancelled') return [];
  const text = `cascade ${id} waits for its plan: ${problem}`;
  const remedy = 'look whether the resolver is up: millrace status; the plan is asked for again by itself';
  return [{ kind: 'resolver-away', subject: id, since: turn.at, text, remedy }];
}

/** A list of builds, or the sources, that could not be read for a while, or were not. */
function silentPoller(turn: Turn, release: ReleaseRow, cursor: CursorRow, paused: boolean): Hanging[] {
  if (cursor.release !== release.id || !isPolled(release, cursor)) return [];
  const since = cursor.problem === null ? (cursor.answeredAt ?? null) : (cursor.problemSince ?? null);
  if (since === null || msBetween(since, turn.at) < silentAfter) return [];
  if (cursor.problem === null && paused) return [];
  const what = cursor.system === sourcesPoller ? `the sources of ${release.id}` : `the builds of ${cursor.system}`;
  const text = `${what} could not be read for ${ago(since, turn.at)}${cursor.problem ? `: ${cursor.problem}` : ''}`;
  const remedy = 'look whether it is up and reachable from here; it is asked again by itself';
  return [{ kind: 'poller-silent', subject: cursor.id, since, text, remedy }];
}

/** Name of the poller of git sources among the cursors. */
export const sourcesPoller = 'sources@git';

function isPolled({ definition }: ReleaseRow, { system }: CursorRow): boolean {
  if (system === sourcesPoller) return definition.triggers.git !== undefined;
  return systemsOf(definition).includes(system);
}

/** It crosses releases: the one that sees it first says it, for all. */
function downSystem(turn: Turn, release: string, system: string): Hanging[] {
  const row: CapacityRow | undefined = turn.find('capacity', capacityId(system));
  if (!row?.downSince) return [];
  const known = turn.find('alerts', `build-system-down/${system}`);
  if (known && known.endedAt === null && known.release !== release) return [];
  const text =
    `build system ${system} is down${row.problem ? `: ${row.problem}` : ''}; nothing is submitted to it but one trial ` +
    'a minute, and nobody is blamed';
  const remedy = 'bring it up; builds go on by themselves';
  return [{ kind: 'build-system-down', subject: system, since: row.downSince, text, remedy }];
}

function ago(since: Moment, at: Moment): string {
  return words(msBetween(since, at));
}

function words(ms: number): string {
  return ms < 2 * minute ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / minute)} min`;
}
