import { classified, durationMs, isInfrastructure, rebuildStarted, type Evidence } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { advance, begin, breakdownPause, fail, step } from './advance';
import { capacityId } from './capacity';
import { learnDuration } from './durations';
import { failureAhead, rememberFailure, repeatedEvidence } from './failures';
import { keepBuild, ownBuild, sayFinished } from './finished';
import { countBreakdown, countBuilt } from './history';
import { wantVerdict } from './gate';
import type { EndedBuild, Hindrance, RebuildInput, SeenBuild, Step } from './input';
import { mayStart } from './needs';
import { headLeftOut, leaveUnbuilt } from './nvrs/leave-unbuilt';
import type { BuildRow, FailureRow, RebuildRow } from './state';
import { move, returnSlot } from './transitions';
import { termsOf } from './terms';
import type { Turn } from './turn';
import { clip, componentOfId, evidenceOf } from './words';

/** A slot was granted: the build is submitted, unless the rebuild does not want it any more. */
export function slotGranted(turn: Turn, input: Extract<RebuildInput, { type: 'slot.granted' }>): void {
  const rebuild = turn.find('rebuilds', input.rebuild);
  const cascade = rebuild && turn.row('cascades', rebuild.cascade);
  const wants =
    rebuild?.attempt === input.attempt &&
    rebuild.state === 'ready' &&
    mayStart(turn.row('cascades', rebuild.cascade), rebuild);
  if (rebuild && wants && cascade?.state === 'running') {
    const known = failureAhead(turn, rebuild);
    if (known) {
      returnSlot(turn, rebuild, false);
      return failAgain(turn, rebuild, known);
    }
    const because = 'it is being submitted to its build system';
    const row = move(turn, rebuild, 'submitting', { slot: true, because, startedAt: turn.at, endedAt: null });
    step(turn, row, 'submit');
    return;
  }
  if (rebuild && rebuild.attempt === input.attempt && rebuild.slot) return;
  if (rebuild) returnSlot(turn, { ...rebuild, attempt: input.attempt }, false);
  // With lockstep a longer plan may have put something below it meanwhile.
  if (rebuild?.attempt === input.attempt && rebuild.state === 'ready') advance(turn, rebuild.id);
}

/** It is not built once more for the same source and inputs; a person who retries it wants it all the same. */
function failAgain(turn: Turn, rebuild: RebuildRow, known: FailureRow): void {
  fail(turn, rebuild, repeatedEvidence(known));
}

export function submitted(turn: Turn, rebuild: RebuildRow, build: string): void {
  if (rebuild.state !== 'submitting') return;
  const row = move(turn, rebuild, 'building', { build, origin: 'cascade', because: 'it is being built' });
  // Where the answer to the submission was lost, the list of the build system may have shown it as somebody's before.
  turn.put('builds', { ...ownBuild(turn, row, build), revision: turn.find('builds', build)?.revision ?? 0 });
  turn.appear(`build/${build}`);
  turn.say(rebuildStarted, row.component, {
    cascade: row.cascade,
    component: row.component,
    generation: row.generation,
    pass: row.pass,
    release: row.release,
    build,
    attempt: row.attempt,
    tier: row.tier,
    needs: row.needs.map(componentOfId),
  });
  step(turn, row, 'look');
}

/** It still runs: looked at again. */
export function looked(turn: Turn, rebuild: RebuildRow, input: Extract<RebuildInput, { type: 'build.looked' }>): void {
  const { nvr, state: progress } = input.status;
  if (rebuild.state !== 'building' || !rebuild.build) return;
  // Reconciling may have asked beside a look that was only late: one of them goes on.
  if (input.round !== undefined && input.round !== rebuild.round) return;
  const build = turn.find('builds', rebuild.build);
  if (build) turn.put('builds', takenBuild(turn, build, progress, nvr));
  step(turn, { ...rebuild, nvr: nvr ?? rebuild.nvr, lookedAt: turn.at }, 'look');
}

function takenBuild(turn: Turn, build: BuildRow, progress: SeenBuild['state'], nvr: string | null): BuildRow {
  if (progress !== 'building') return { ...build, nvr: nvr ?? build.nvr };
  return { ...build, state: 'building', nvr: nvr ?? build.nvr, takenAt: build.takenAt ?? turn.at };
}

/** The current attempt's build ended. */
export function ended(turn: Turn, rebuild: RebuildRow, end: EndedBuild): void {
  if (rebuild.state !== 'building') return;
  const { status } = end;
  const build = keepBuild(turn, { ...ownBuild(turn, rebuild, status.ref), ...turn.find('builds', status.ref) }, end);
  sayFinished(turn, build);
  countBuilt(turn, rebuild.cascade, build.startedAt, build.endedAt);
  if (status.state === 'complete' && build.nvr && build.contents) {
    learnDuration(turn, build);
    toGate(turn, rebuild, build, 'it is built; its gate is asked');
    return;
  }
  const evidence = end.evidence ?? evidenceOf(lostResults(status.state), 'build');
  failedOrAgain(turn, { ...rebuild, nvr: build.nvr }, evidence);
}

/** A complete build goes to its gate, and to the resolver to be compared with what it replaces. */
export function toGate(turn: Turn, rebuild: RebuildRow, build: BuildRow, because: string): RebuildRow {
  const row = move(turn, rebuild, 'gating', {
    because,
    build: build.id,
    nvr: build.nvr,
    contents: build.contents,
    origin: build.origin,
    evidence: null,
    breakdowns: 0,
    verdict: null,
    verdictRevision: 0,
    passed: null,
    overdue: [],
    compared: rebuild.bootstrap,
    planNeeded: 0,
    admitting: false,
    endedAt: null,
  });
  wantVerdict(turn, build);
  return row.compared ? row : compare(turn, row);
}

export function compare(turn: Turn, row: RebuildRow): RebuildRow {
  const cascade = turn.row('cascades', row.cascade);
  const { scope, snapshot, overlay } = cascade;
  return step(turn, row, 'compare', { scope, snapshot, overlay, contents: row.contents });
}

/** A call for the current attempt did not go: some are made again, for others the attempt has failed. */
export function broke(turn: Turn, rebuild: RebuildRow, at: Step, fault: Hindrance): void {
  const gone = at === 'look' && (fault.kind === 'missing' || fault.kind === 'invalid');
  const active = rebuild.state === 'submitting' || rebuild.state === 'building';
  if (at === 'submit' || at === 'assemble' || gone) {
    if (!active) return;
    if (fault.code === headLeftOut) return leaveUnbuilt(turn, rebuild, fault.message);
    const evidence = evidenceOf(gone ? { ...fault, kind: 'unavailable' } : fault, at);
    return failedOrAgain(turn, rebuild, evidence);
  }
  turn.put('rebuilds', { ...rebuild, because: clip(`${wordsOfStep[at]}: ${fault.message}`, 1000) });
  wakeStep(turn, rebuild, at, 10_000);
}

/** Takes up a step that was put off. */
export function stepDue(turn: Turn, rebuild: RebuildRow, at: Step | 'start'): void {
  if (at === 'start' && rebuild.state === 'ready') begin(turn, turn.put('rebuilds', { ...rebuild, notBefore: null }));
  if (at === 'look' && rebuild.state === 'building') step(turn, rebuild, 'look');
  if (at === 'compare' && rebuild.state === 'gating' && !rebuild.compared) compare(turn, rebuild);
  if (at === 'admit' && rebuild.state === 'gating' && rebuild.admitting) step(turn, rebuild, 'admit');
}

/** A build that broke for reasons of ours is made again after a pause; any other failure stands. */
function failedOrAgain(turn: Turn, rebuild: RebuildRow, found: Evidence): void {
  const { definition } = turn.row('releases', rebuild.release);
  const evidence = classified(found, definition.failure_patterns);
  if (!isInfrastructure(evidence.class)) {
    rememberFailure(turn, rebuild, evidence);
    return fail(turn, rebuild, evidence);
  }
  const { system } = rebuild;
  if (system && evidence.class === 'infrastructure')
    turn.self({ type: 'system.broke', system, problem: clip(evidence.summary, 500), of: rebuild.release });
  // A build system that is down blames no component: its attempts are not counted.
  const down = system !== null && (turn.find('capacity', capacityId(system))?.downSince ?? null) !== null;
  const breakdowns = rebuild.breakdowns + (down ? 0 : 1);
  const { attempts, pause, budget } = termsOf(turn, turn.row('cascades', rebuild.cascade)).retries;
  const spent = !down && countBreakdown(turn, rebuild.cascade) > budget;
  if (breakdowns >= attempts || spent) return fail(turn, rebuild, spent ? budgetSpent(evidence, budget) : evidence);
  const row = move(turn, rebuild, 'ready', { evidence, because: `${evidence.summary}; it is tried again` });
  const next = { ...row, attempt: row.attempt + 1, breakdowns, build: null, nvr: null };
  const pausing = turn.put('rebuilds', {
    ...next,
    notBefore: breakdownPause(turn, Math.max(1, breakdowns), durationMs(pause)),
  });
  if (!mayStart(turn.row('cascades', pausing.cascade), pausing)) advance(turn, pausing.id);
  else begin(turn, pausing);
}

function budgetSpent(evidence: Evidence, budget: number): Evidence {
  const summary = clip(`the cascade's ${budget} retries for such failures are spent: ${evidence.summary}`, 1000);
  return { ...evidence, summary };
}

const wordsOfStep: Readonly<Record<Step, string>> = {
  submit: 'it could not be submitted',
  look: 'its build cannot be looked at now',
  compare: 'its comparison with what it replaces waits',
  admit: 'it could not be admitted yet',
  assemble: 'it could not be assembled',
};

function wakeStep(turn: Turn, rebuild: RebuildRow, at: Step, ms: number): void {
  const { id, release, attempt } = rebuild;
  const input = { type: 'step.due', release, rebuild: id, attempt, step: at } as const;
  turn.wake(`step/${at}/${id}`, later(turn.at, ms), input);
}

function lostResults(state: string): Hindrance {
  const message = state === 'cancelled' ? 'the build was cancelled in its build system' : 'the build left no results';
  return { code: 'build-without-results', kind: state === 'cancelled' ? 'invalid' : 'bug', message };
}
