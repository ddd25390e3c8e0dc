import {
  rebuildRejected,
  rebuildValidated,
  verdictWanted,
  type Evidence,
  type VerdictReason,
} from '@millrace/contracts';
import { digestOf } from '@millrace/kernel';
import { release, step, unstall } from './advance';
import { buildThoseAbove } from './bootstrapped';
import { awaitedChecks } from './builtin-checks';
import { beginDoubt, endDoubt } from './doubt';
import { rememberFailure } from './failures';
import { countFailure, countHop } from './history';
import type { BuildInput } from './input';
import { decisionContextOf, subjectTypeOf } from './policy';
import { rebuildEnded } from './ramp';
import { regressionOf } from './regression';
import type { BuildRow, RebuildRow, Repository } from './state';
import { move } from './transitions';
import type { Turn } from './turn';
import { clip, componentOfId, failureData, keyOfRebuild, listed, handCommand, retryCommand } from './words';

/** Asks the gate for its answer on a build, now and whenever it turns. It is told the checks of ours. */
export function wantVerdict(turn: Turn, build: BuildRow): void {
  const { definition } = turn.row('releases', build.release);
  if (!build.subject || !build.repository) return;
  const awaited = awaitedChecks(build);
  const data = {
    subject: build.subject,
    release: build.release,
    product_version: definition.product_version,
    decision_context: decisionContextOf(definition, subjectTypeOf(build.component)),
    component: build.component,
    build: build.id,
    repository: build.repository,
    ...(build.tag === undefined ? {} : { tag: build.tag }),
    group: build.group ? [...build.group] : null,
    cascade: build.cascade,
    since: build.startedAt ?? turn.at,
    ...(awaited.length > 0 ? { builtin: [...awaited], checks: [...(build.checks ?? [])] } : {}),
  };
  turn.say(verdictWanted, build.subject.id, data, build.component);
}

type VerdictInput = Extract<BuildInput, { type: 'verdict.decided' }>;

/** The gate's answer. Answers older than the last one, and answers about builds that are replaced, change nothing. */
export function verdictDecided(turn: Turn, input: VerdictInput): void {
  const build = turn.row('builds', input.build);
  const rebuild = build.rebuild === null ? undefined : turn.find('rebuilds', build.rebuild);
  if (!rebuild || rebuild.build !== build.id || input.verdictRevision <= rebuild.verdictRevision) return;
  const row = turn.put('rebuilds', {
    ...rebuild,
    verdict: input.decision,
    verdictRevision: input.verdictRevision,
    passed: startsOn(turn, rebuild, input),
    overdue: testsOverdue(turn, input.reasons),
  });
  switch (row.state) {
    case 'gating':
      return decidedWhileGating(turn, row, input.reasons);
    case 'rejected':
      if (input.decision === 'passed') takenOn(turn, row, 'its gate passes now');
      return;
    case 'validated':
      return decidedAfterwards(turn, row, input.reasons);
    default:
      return;
  }
}

/** The verdict that lets its dependants start is kept with its time, whatever the gate says afterwards. */
function startsOn(turn: Turn, rebuild: RebuildRow, input: VerdictInput): RebuildRow['passed'] {
  if (rebuild.state === 'validated' || input.decision !== 'passed') return rebuild.passed ?? null;
  return { revision: input.verdictRevision, at: turn.at };
}

/** An overdue test is an alert, which is raised at once. */
function testsOverdue(turn: Turn, reasons: readonly VerdictReason[]): readonly string[] {
  const tests = reasons.filter((one) => one.state === 'overdue').map((one) => one.test);
  if (tests.length > 0) turn.self({ type: 'watch.due', release: turn.release! });
  return tests.slice(0, 20);
}

/** Both the passed verdict and the comparison (with the longer plan that it may ask for) are in: the build is admitted. */
export function admitWhenReady(turn: Turn, id: string): void {
  const rebuild = turn.row('rebuilds', id);
  const cascade = turn.row('cascades', rebuild.cascade);
  const ready = rebuild.verdict === 'passed' && rebuild.compared && rebuild.planNeeded <= cascade.planning.made;
  if (rebuild.state !== 'gating' || rebuild.admitting || !ready) return;
  step(turn, { ...rebuild, admitting: true, because: 'its gate has passed; it is being admitted' }, 'admit');
}

/** The build is where dependants find it: from now on they may start. */
export function admitted(turn: Turn, rebuild: RebuildRow, repository: Repository): void {
  if (rebuild.state !== 'gating' || !rebuild.build || !rebuild.nvr || !rebuild.contents) return;
  const turned = rebuild.verdict !== 'passed';
  const doubts = [...new Set([...(rebuild.doubts ?? []), ...(turned ? [rebuild.id] : [])])];
  const doubtful = doubts.length > 0;
  const row = move(turn, rebuild, 'validated', {
    doubtful,
    doubts,
    admitting: false,
    because: admittedWords(turned, doubts),
    endedAt: turn.at,
  });
  const cascade = turn.row('cascades', row.cascade);
  const overlay = cascade.overlay + 1;
  turn.put('cascades', { ...cascade, overlay, repository, doubtful: cascade.doubtful + (doubtful ? 1 : 0) });
  turn.say(rebuildValidated, row.component, {
    ...keyOfRebuild(row),
    release: row.release,
    build: rebuild.build,
    nvr: rebuild.nvr,
    origin: row.origin ?? 'cascade',
    bootstrap: row.bootstrap,
    contents: rebuild.contents,
    repository,
    overlay,
    resumed: row.resumed,
  });
  countHop(turn, row);
  buildThoseAbove(turn, row);
  rebuildEnded(turn, row.cascade, false);
  release(turn, row.id);
}

function admittedWords(turned: boolean, doubts: readonly string[]): string {
  if (turned) return 'its verdict turned while it was admitted';
  if (doubts.length === 0) return 'it is built and its gate has passed';
  return `its gate has passed, but it was built on ${listed(doubts.map(componentOfId))}, which is in doubt`;
}

function decidedWhileGating(turn: Turn, row: RebuildRow, reasons: readonly VerdictReason[]): void {
  if (row.verdict === 'passed') return admitWhenReady(turn, row.id);
  if (row.verdict === 'failed') return reject(turn, row, reasons);
  const open = reasons.filter((reason) => reason.state !== 'passed' && reason.state !== 'waived');
  const because = open.length > 0 ? `its gate waits for ${listed(open.map((one) => one.test))}` : 'its gate is asked';
  turn.put('rebuilds', { ...row, because });
}

function reject(turn: Turn, row: RebuildRow, reasons: readonly VerdictReason[]): void {
  const evidence = gateEvidence(reasons);
  const rejected = move(turn, row, 'rejected', {
    evidence,
    because: evidence.summary,
    admitting: false,
    failedOnce: true,
    endedAt: turn.at,
  });
  countFailure(turn, rejected);
  rememberFailure(turn, rejected, evidence);
  rebuildEnded(turn, row.cascade, regressionOf(turn, row) === 'yes');
  sayRejected(turn, rejected, evidence, reasons);
}

/** A rejected build goes on: a waiver or a new run of its tests has turned the verdict. */
function takenOn(turn: Turn, row: RebuildRow, why: string): void {
  move(turn, row, 'gating', { evidence: null, because: why, endedAt: null });
  unstall(turn, row.cascade, `${row.component}: ${why}`);
  admitWhenReady(turn, row.id);
}

function decidedAfterwards(turn: Turn, row: RebuildRow, reasons: readonly VerdictReason[]): void {
  const cascade = turn.row('cascades', row.cascade);
  if (cascade.state === 'completed' || cascade.state === 'cancelled') return;
  const withdrawn = row.build !== null && turn.find('builds', row.build)?.state === 'withdrawn';
  if (row.verdict === 'failed' && !row.doubts?.includes(row.id)) {
    const evidence = gateEvidence(reasons);
    beginDoubt(turn, row.id, `its verdict turned after it was validated: ${evidence.summary}`, evidence);
    sayRejected(turn, turn.row('rebuilds', row.id), evidence, reasons);
  }
  if (row.verdict === 'passed' && !withdrawn) endDoubt(turn, row.id, 'its gate passes again');
}

function sayRejected(turn: Turn, row: RebuildRow, evidence: Evidence, reasons: readonly VerdictReason[]): void {
  const bad = failing(reasons);
  const waivers = bad.map((one) => `millrace gate waive ${row.nvr} ${one.test}`);
  const remedy = [handCommand(turn, row), retryCommand(row.cascade, row.component), ...waivers];
  turn.say(rebuildRejected, row.component, {
    ...failureData(turn, row, evidence, remedy.slice(0, 20)),
    reasons: bad.map(({ test, text, link }) => ({ test, text, link })),
  });
}

function gateEvidence(reasons: readonly VerdictReason[]): Evidence {
  const bad = failing(reasons);
  const words = bad.map((one) => `${one.test} ${one.text}`);
  return {
    class: 'gate',
    stage: 'gate',
    summary: clip(words.length > 0 ? listed(words, 3) : 'the gate says no', 1000),
    tail: clip(words.join('\n'), 8000),
    logs: bad.flatMap((one) => (one.link ? [{ name: one.test, address: one.link }] : [])),
    signature: digestOf(bad.map((one) => one.test).sort()),
  };
}

function failing(reasons: readonly VerdictReason[]): readonly VerdictReason[] {
  return reasons.filter((one) => one.state === 'failed' || one.state === 'errored' || one.state === 'overdue');
}
