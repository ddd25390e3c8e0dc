import { cascadeCancelled, foldingOf, rebuildSettled } from '@millrace/contracts';
import { isRefusal, refuse, type Refusal } from '@millrace/kernel';
import { skippable } from './acts/actable';
import { either, urgencyOf } from './acts/act-words';
import { release, unstall } from './advance';
import { aliveCascade, knownCascade, notThere, rebuildsOf, rowsOf, unstarted, wrongState } from './cascade-members';
import { extend } from './compare';
import { closePlace, endCascade } from './completion';
import { adoptBuild } from './hand-made';
import { holdCascade, holdRebuilds, resumeCascade, resumeRebuilds } from './hold-acts';
import type { PersonInput } from './input';
import { sliceSize } from './plan';
import { retry } from './retry';
import type { CascadeRow, RebuildRow } from './state';
import { isSettled, move, moveCascade } from './transitions';
import type { Turn } from './turn';
import { cascadeData, clip, keyOfRebuild, listed } from './words';

interface Done {
  readonly done: boolean;
  readonly text: string;
}

/** What people do by hand, each with who and why. */
export function decidePerson(turn: Turn, input: PersonInput): Refusal | Done {
  const known = knownCascade(turn, input.cascade);
  if (isRefusal(known)) return known;
  if (input.type === 'build.adopt') return done(adoptBuild(turn, input.build, known.id, input.why));
  const cascade = aliveCascade(turn, input.cascade);
  if (isRefusal(cascade)) return cascade;
  const { component, why } = input;
  switch (input.type) {
    case 'cascade.hold':
      return done(component === null ? holdCascade(turn, cascade, why) : holdRebuilds(turn, cascade, component, why));
    case 'cascade.resume':
      return done(component === null ? resumeCascade(turn, cascade, why) : resumeRebuilds(turn, cascade, component));
    case 'cascade.cancel':
      return done(
        component === null
          ? cancelCascade(turn, cascade, why, turn.context.who)
          : cancelRebuilds(turn, cascade, component, why),
      );
    case 'cascade.skip':
      return done(skip(turn, cascade, component, why));
    case 'cascade.remove':
      return done(remove(turn, cascade, component, why));
    case 'cascade.add':
      return done(add(turn, cascade, input));
    case 'cascade.raise':
      return done(raise(turn, cascade, component, input.priority));
    case 'cascade.retry':
      return done(retryFailed(turn, cascade, component, input));
  }
}

export function cancelCascade(turn: Turn, cascade: CascadeRow, why: string, by: string): string {
  const cancelled = moveCascade(turn, cascade, 'cancelled', { problem: why || null });
  const ended = endCascade(turn, cancelled);
  const began = cascade.state !== 'planning' && cascade.state !== 'awaiting-approval';
  if (began) closePlace(turn, ended, 'cancelled');
  const words = why || 'no reason given';
  turn.say(cascadeCancelled, cascade.id, cascadeData(cancelled, words, by));
  turn.self({ type: 'cascade.sweep', release: cascade.release, cascade: cascade.id });
  return `cascade ${cascade.id} is cancelled; the release is as it was`;
}

/** What a cancelled cascade left unsettled is cancelled too, what runs first. The slice holds the first of it. */
export function sweep(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  if (cascade.state !== 'cancelled') return;
  const rows = rowsOf(turn, cascade).filter((row) => !isSettled(row.state));
  for (const row of rows) giveUp(turn, row, 'the cascade was cancelled');
  if (rows.length >= sliceSize) turn.self({ type: 'cascade.sweep', release: cascade.release, cascade: id });
}

/** Gives one component up, and what can never start without it. */
function cancelRebuilds(turn: Turn, cascade: CascadeRow, component: string, why: string): Refusal | string {
  const rows = rebuildsOf(turn, cascade, component).filter((row) => !isSettled(row.state));
  if (rows.length === 0) return notThere(turn, cascade, component, 'cancelled');
  for (const row of rows) settle(turn, row, 'cancelled', why);
  const because = `it needs ${component}, which was cancelled`;
  orphan(turn, cascade, rows, because);
  unstall(turn, cascade.id, `${component} was cancelled`, turn.context.who);
  return `${component} is cancelled, and what cannot go on without it`;
}

/** The level above what was cancelled. The slice holds it. */
export function cancelOrphans(turn: Turn, id: string, rebuilds: readonly string[], because: string): void {
  const cascade = turn.row('cascades', id);
  const rows = rebuilds.map((one) => turn.row('rebuilds', one)).filter((row) => !isSettled(row.state));
  for (const row of rows) settle(turn, row, 'cancelled', because);
  orphan(turn, cascade, rows, because);
}

function orphan(turn: Turn, { id, release }: CascadeRow, rows: readonly RebuildRow[], because: string): void {
  const above = [...new Set(rows.flatMap((row) => row.dependants))];
  for (let n = 0; n < above.length; n += sliceSize) {
    const rebuilds = above.slice(n, n + sliceSize);
    turn.self({ type: 'cascade.orphans', release, cascade: id, rebuilds, because });
  }
}

function skip(turn: Turn, cascade: CascadeRow, component: string | null, why: string): Refusal | string {
  if (component === null) return needsComponent('skip');
  const rows = rebuildsOf(turn, cascade, component).filter((row) => skippable.includes(row.state));
  if (rows.length === 0) {
    return notThere(turn, cascade, component, `skipped: only what is ${either(skippable)} can be`);
  }
  for (const row of rows) settle(turn, row, 'skipped', why);
  unstall(turn, cascade.id, `${component} was skipped`, turn.context.who);
  for (const row of rows) release(turn, row.id);
  return `${component} is skipped: what needs it goes on with its old build`;
}

/** Takes a component out of the plan: like skipping it, but only before it has begun. */
function remove(turn: Turn, cascade: CascadeRow, component: string | null, why: string): Refusal | string {
  if (component === null) return needsComponent('remove');
  if (unstarted(turn, cascade, component).length === 0) {
    return notThere(turn, cascade, component, 'removed: only what has not started can be');
  }
  const skipped = skip(turn, cascade, component, why || 'it was removed from the plan');
  return isRefusal(skipped) ? skipped : `${component} is out of the plan: what needs it goes on with its old build`;
}

function add(turn: Turn, cascade: CascadeRow, input: Extract<PersonInput, { type: 'cascade.add' }>): Refusal | string {
  const { component, why, source } = input;
  if (component === null) return needsComponent('add');
  const [member] = rebuildsOf(turn, cascade, component);
  if (member) {
    const because = `${component} is ${member.state} in cascade ${cascade.id} already`;
    return refuse('rebuild-known', because, 'use `millrace cascade retry`, or report its change', 'conflict');
  }
  if (cascade.state === 'planning' || cascade.state === 'awaiting-approval') return wrongState(cascade, 'extended yet');
  const because = `${turn.context.who} added it${why ? `: ${why}` : ''}`;
  extend(turn, cascade.id, [{ component, because: clip(because, 500), source }]);
  unstall(turn, cascade.id, `${component} was added`, turn.context.who);
  return `${component} joins cascade ${cascade.id} with its next plan`;
}

/** One component before the others, or the whole cascade before other cascades. */
function raise(turn: Turn, cascade: CascadeRow, component: string | null, priority: number): Refusal | string {
  if (component === null) {
    const urgency = urgencyOf(priority);
    turn.put('cascades', { ...cascade, urgency });
    return `cascade ${cascade.id} has urgency ${urgency} now`;
  }
  const rows = unstarted(turn, cascade, component);
  if (rows.length === 0) return notThere(turn, cascade, component, 'raised: only what has not started can be');
  for (const row of rows) turn.put('rebuilds', { ...row, priority });
  return `${component} has priority ${priority} now`;
}

function needsComponent(verb: string): Refusal {
  const because = `${verb} needs a component: it is not done to a whole cascade`;
  return refuse('component-missing', because, 'name the component, or cancel the cascade');
}

function retryFailed(
  turn: Turn,
  cascade: CascadeRow,
  component: string | null,
  input: Extract<PersonInput, { type: 'cascade.retry' }>,
): Refusal | string {
  const failed = rowsOf(turn, cascade).filter((row) => row.state === 'failed' || row.state === 'rejected');
  const rows = failed.filter((row) => component === null || row.component === component);
  if (rows.length === 0) {
    const doubted = rowsOf(turn, cascade).find((row) => row.component === component && row.doubts?.includes(row.id));
    if (doubted) return buildOnceMore(turn, cascade, doubted, input);
    if (component !== null) return notThere(turn, cascade, component, 'retried: it has not failed');
    const because = `nothing in cascade ${cascade.id} has failed`;
    return refuse('nothing-failed', because, 'look at `millrace cascade show`', 'conflict');
  }
  const why = `${turn.context.who} asked for it${input.why ? `: ${input.why}` : ''}`;
  for (const row of rows) retry(turn, row.id, input.sources[row.component] ?? null, why, turn.context.who);
  return `${listed(rows.map((row) => row.component))} will be built again`;
}

/** A validated build in doubt never changes back: a next generation takes its place, and of all that stands on it. */
function buildOnceMore(
  turn: Turn,
  cascade: CascadeRow,
  row: RebuildRow,
  input: Extract<PersonInput, { type: 'cascade.retry' }>,
): Refusal | string {
  const { generations } = foldingOf(turn.row('releases', cascade.release).definition);
  if (row.generation >= generations) {
    const because = `${row.component} is in its generation ${row.generation} of at most ${generations}`;
    return refuse('generations-spent', because, 'raise folding.generations in the release definition', 'conflict');
  }
  const because = `${turn.context.who} asked for it, since its build is in doubt${input.why ? `: ${input.why}` : ''}`;
  const source = input.sources[row.component] ?? null;
  extend(turn, cascade.id, [{ component: row.component, because: clip(because, 500), again: true, source }]);
  unstall(turn, cascade.id, `${row.component} is built once more`, turn.context.who);
  return `${row.component} will be built once more, and what was built on it`;
}

function settle(turn: Turn, row: RebuildRow, state: 'skipped' | 'cancelled', why: string): void {
  const words = clip(why || 'no reason given', 1000);
  if (state === 'cancelled') giveUp(turn, row, words);
  else move(turn, row, state, { because: `${turn.context.who} skipped it: ${words}`, endedAt: turn.at });
  const data = { ...keyOfRebuild(row), release: row.release, state, by: turn.context.who, why: words };
  turn.say(rebuildSettled, row.component, data);
}

/** Cancels a rebuild and the build that may be running for it. */
function giveUp(turn: Turn, row: RebuildRow, why: string): void {
  if (row.state === 'building' && row.build) {
    turn.work('build.cancel', row.build, { release: row.release, component: row.component, build: row.build });
    const build = turn.find('builds', row.build);
    if (build) turn.put('builds', { ...build, state: 'cancelled', because: clip(why, 1000), endedAt: turn.at });
  }
  move(turn, row, 'cancelled', { because: why, endedAt: turn.at });
}

function done(result: Refusal | string): Refusal | Done {
  return isRefusal(result) ? result : { done: true, text: result };
}
