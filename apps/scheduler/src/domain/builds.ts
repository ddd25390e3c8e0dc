import { buildFinished, rebuildStarted, type Contents, type Evidence } from '@millrace/contracts';
import { digestOf, later } from '@millrace/kernel';
import { advance, begin, breakdownPause, fail, step } from './advance';
import { wantVerdict } from './gate';
import type { EndedBuild, Hindrance, RebuildInput, Step } from './input';
import { subjectOf, systemOf } from './policy';
import type { BuildRow, RebuildRow } from './state';
import { move } from './transitions';
import type { Turn } from './turn';
import { buildKey, clip, evidenceOf, sourceText } from './words';

/** Attempts in a row that may break for reasons that are not the component's before people are told. */
const mostBreakdowns = 3;

/** A slot was granted: the build is submitted, unless the rebuild does not want it any more. */
export function slotGranted(turn: Turn, input: Extract<RebuildInput, { type: 'slot.granted' }>): void {
  const rebuild = turn.find('rebuilds', input.rebuild);
  const cascade = rebuild && turn.row('cascades', rebuild.cascade);
  if (rebuild && rebuild.attempt === input.attempt && rebuild.state === 'ready' && cascade?.state === 'running') {
    const because = 'it is being submitted to its build system';
    const row = move(turn, rebuild, 'submitting', { slot: true, because, startedAt: turn.at, endedAt: null });
    step(turn, row, 'submit');
    return;
  }
  if (rebuild && rebuild.attempt === input.attempt && rebuild.slot) return;
  const { definition } = turn.row('releases', input.release);
  const system = rebuild && systemOf(definition, rebuild.component);
  if (system) turn.self({ type: 'slot.returned', system, rebuild: input.rebuild, attempt: input.attempt });
}

export function submitted(turn: Turn, rebuild: RebuildRow, build: string): void {
  if (rebuild.state !== 'submitting') return;
  const row = move(turn, rebuild, 'building', { build, origin: 'cascade', because: 'it is being built' });
  turn.put('builds', ownBuild(turn, row, build));
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
    needs: row.needs.map(componentOf),
  });
  step(turn, row, 'look');
}

/** It still runs: looked at again. */
export function looked(turn: Turn, rebuild: RebuildRow, nvr: string | null): void {
  if (rebuild.state !== 'building' || !rebuild.build) return;
  const build = turn.find('builds', rebuild.build);
  if (build) turn.put('builds', { ...build, state: 'building', nvr: nvr ?? build.nvr });
  step(turn, { ...rebuild, nvr: nvr ?? rebuild.nvr }, 'look');
}

/** The current attempt's build ended. */
export function ended(turn: Turn, rebuild: RebuildRow, end: EndedBuild): void {
  if (rebuild.state !== 'building') return;
  const { status } = end;
  const build = keepBuild(turn, { ...ownBuild(turn, rebuild, status.ref), ...turn.find('builds', status.ref) }, end);
  sayFinished(turn, build);
  if (status.state === 'complete' && build.nvr && build.contents) {
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
    const evidence = evidenceOf(gone ? { ...fault, kind: 'unavailable' } : fault, at);
    return failedOrAgain(turn, rebuild, evidence);
  }
  turn.put('rebuilds', { ...rebuild, because: clip(`${wordsOfStep[at]}: ${fault.message}`, 1000) });
  wakeStep(turn, rebuild, at, 10_000);
}

/** Takes up a step that was put off. */
export function stepDue(turn: Turn, rebuild: RebuildRow, at: Step | 'start'): void {
  if (at === 'start' && rebuild.state === 'ready') begin(turn, { ...rebuild, notBefore: null });
  if (at === 'look' && rebuild.state === 'building') step(turn, rebuild, 'look');
  if (at === 'compare' && rebuild.state === 'gating' && !rebuild.compared) compare(turn, rebuild);
  if (at === 'admit' && rebuild.state === 'gating' && rebuild.admitting) step(turn, rebuild, 'admit');
}

export function assembled(
  turn: Turn,
  rebuild: RebuildRow,
  input: Extract<RebuildInput, { type: 'stack.assembled' }>,
): void {
  if (rebuild.state !== 'submitting') return;
  if (input.missing.length > 0) return fail(turn, rebuild, missingParts(input.missing));
  const parts = [...input.parts].sort((a, b) => (a.component < b.component ? -1 : 1));
  const group = parts.map(({ component, nvr }) => ({ component, nvr }));
  const name = rebuild.component.slice('stack/'.length);
  const nvr = `${name}@${digestOf(parts).slice('sha256:'.length, 'sha256:'.length + 12)}`;
  // Equal parts assembled once more are another build, gated under the same name.
  const id = `${nvr}@${buildKey(rebuild)}`;
  const contents: Contents = {
    component: rebuild.component,
    nvr,
    build: id,
    packages: [],
    buildRequires: [],
    inputs: parts.map((part) => ({ nevra: part.nvr, component: part.component, nvr: part.nvr, build: part.build })),
  };
  const digest = keepContents(turn, contents);
  const build = turn.put('builds', {
    ...ownBuild(turn, rebuild, id),
    state: 'complete',
    nvr,
    group,
    contents: digest,
    startedAt: turn.at,
    endedAt: turn.at,
    repository: input.repository.address,
    base: input.repository,
    subject: subjectOf(rebuild.component, nvr),
  });
  turn.appear(`build/${id}`);
  sayFinished(turn, build);
  toGate(turn, rebuild, build, `it is assembled from ${group.length} validated builds; its gate is asked`);
}

/** Keeps what an ended build made. */
export function keepBuild(turn: Turn, build: BuildRow, end: EndedBuild): BuildRow {
  const { status, contents, evidence, base } = end;
  const complete = status.state === 'complete' && contents !== null;
  const state = complete ? 'complete' : status.state === 'cancelled' ? 'cancelled' : 'failed';
  return turn.put('builds', {
    ...build,
    state,
    nvr: status.nvr ?? contents?.nvr ?? build.nvr,
    startedAt: status.startedAt,
    endedAt: status.endedAt ?? turn.at,
    evidence,
    contents: complete ? keepContents(turn, contents) : null,
    repository: status.repository,
    base,
    source: build.source ?? status.source,
    subject: complete ? subjectOf(build.component, status.nvr ?? contents.nvr) : null,
  });
}

export function sayFinished(turn: Turn, build: BuildRow): void {
  const rebuild = build.rebuild === null ? undefined : turn.find('rebuilds', build.rebuild);
  const state = build.state === 'complete' || build.state === 'cancelled' ? build.state : 'failed';
  const { subject, repository, base, nvr } = build;
  const artifact =
    subject && repository && base && nvr
      ? {
          type: subject.type,
          nvr,
          id: build.id,
          component: build.component,
          source: sourceText(build.source),
          repository,
          base: base.address,
          base_number: base.number,
        }
      : null;
  turn.say(buildFinished, build.component, {
    release: build.release,
    build: build.id,
    component: build.component,
    cascade: build.cascade,
    generation: rebuild?.generation ?? null,
    pass: rebuild?.pass ?? null,
    origin: build.origin,
    state,
    standing: build.standing,
    because: clip(build.because, 1000),
    bootstrap: build.bootstrap,
    contents: build.contents,
    artifact,
  });
}

/** A build that broke for reasons of ours is made again after a pause; any other failure stands. */
function failedOrAgain(turn: Turn, rebuild: RebuildRow, evidence: Evidence): void {
  const breakdowns = rebuild.breakdowns + 1;
  if (evidence.class !== 'infrastructure' || breakdowns >= mostBreakdowns) return fail(turn, rebuild, evidence);
  const row = move(turn, rebuild, 'ready', { evidence, because: `${evidence.summary}; it is tried again` });
  const next = { ...row, attempt: row.attempt + 1, breakdowns, build: null, nvr: null };
  const pausing = turn.put('rebuilds', { ...next, notBefore: breakdownPause(turn, breakdowns) });
  if (pausing.held || pausing.open.length > 0) advance(turn, pausing.id);
  else begin(turn, pausing);
}

function keepContents(turn: Turn, contents: Contents): string {
  const digest = digestOf(contents);
  if (!turn.find('contents', digest)) turn.put('contents', { id: digest, revision: 0, contents });
  return digest;
}

function ownBuild(turn: Turn, rebuild: RebuildRow, id: string): BuildRow {
  return {
    id,
    revision: 0,
    release: rebuild.release,
    component: rebuild.component,
    cascade: rebuild.cascade,
    rebuild: rebuild.id,
    attempt: rebuild.attempt,
    origin: 'cascade',
    standing: 'own',
    because: `built by cascade ${rebuild.cascade}`,
    state: 'submitted',
    nvr: null,
    bootstrap: rebuild.bootstrap,
    source: rebuild.source,
    startedAt: turn.at,
    endedAt: null,
    evidence: null,
    contents: null,
    repository: null,
    base: null,
    subject: null,
    group: null,
  };
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

function componentOf(id: string): string {
  return id.split('/').slice(1, -1).join('/');
}

function lostResults(state: string): Hindrance {
  const message = state === 'cancelled' ? 'the build was cancelled in its build system' : 'the build left no results';
  return { code: 'build-without-results', kind: state === 'cancelled' ? 'invalid' : 'bug', message };
}

function missingParts(missing: readonly string[]): Evidence {
  const summary = clip(`no validated build of ${missing.join(', ')} is there to assemble it from`, 1000);
  return { class: 'dependencies', stage: 'assemble', summary, tail: summary, logs: [], signature: digestOf(missing) };
}
