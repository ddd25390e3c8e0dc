import type { CascadeRow } from '../state';
import { closePlace } from '../completion';
import type { Turn } from '../turn';
import { clip } from '../words';
import { landLater, orderCheck } from './begin';
import { refuseLanding } from './checked';
import type { LandingInput } from './landing-input';
import type { LandingStepRow, LandingRow, StepState } from './landing-rows';
import { moveLanding } from './landing-words';
import { takenBack } from './revert';

type Of<Type> = Extract<LandingInput, { type: Type }>;

/** Builds that one call brings in or takes out. */
const landingSlice = 50;

/** The next builds go in; when all are there, the cascade's place is closed. */
export function orderStep(turn: Turn, row: LandingRow): void {
  if (row.total === 0 || row.phase >= row.phases) return finish(turn, row);
  const next = turn.put('landings', { ...row, round: row.round + 1, problem: null });
  const { release, cascade, id: landing, round, phase, done: from } = next;
  const until = Math.min(next.total, from + landingSlice);
  turn.work('landing.execute', `${landing}/${round}`, { release, cascade, landing, round, phase, from, until });
}

/** Some builds are where they belong. The slice holds their rows. */
export function stepped(turn: Turn, input: Of<'landing.stepped'>): void {
  const row = turn.row('landings', input.landing);
  if (row.state !== 'landing' || row.undoing !== null || row.round !== input.round) return;
  const isLast = row.phase + 1 >= row.phases;
  if (input.waits === null) mark(turn, input, isLast ? 'landed' : 'placed');
  const forward = input.waits === null ? { ...row, done: input.until, problem: null } : row;
  const why = whyBack(turn, row);
  if (why !== null) return goBack(turn, forward, why);
  if (input.waits !== null) return void landLater(turn, row, clip(input.waits, 1000), 30_000);
  if (input.until < row.total) return orderStep(turn, forward);
  orderStep(turn, { ...forward, phase: row.phase + 1, done: isLast ? row.total : 0 });
}

/** Why it does not go on, whatever has come in so far; null: it does. */
function whyBack(turn: Turn, row: LandingRow): string | null {
  if (row.aborted) return row.aborted;
  const { doubtful } = turn.row('cascades', row.cascade);
  return doubtful > row.doubtful ? 'a build of it came into doubt while it landed' : null;
}

/** All or nothing: what is in already goes out again, the last first, and with it what may have been cut off. */
export function goBack(turn: Turn, row: LandingRow, why: string): void {
  const done = row.phase > 0 ? row.total : Math.min(row.total, row.done + landingSlice);
  orderUndo(turn, moveLanding(turn, row, { undoing: clip(why, 1000), done }, `it goes back: ${why}`));
}

export function orderUndo(turn: Turn, row: LandingRow): void {
  const next = turn.put('landings', { ...row, round: row.round + 1 });
  const { release, cascade, id: landing, round, done: until } = next;
  const from = Math.max(0, until - landingSlice);
  turn.work('landing.undo', `${landing}/${round}`, { release, cascade, landing, round, from, until });
}

export function undone(turn: Turn, input: Of<'landing.undone'>): void {
  const row = turn.row('landings', input.landing);
  if (row.undoing === null || row.round !== input.round) return;
  mark(turn, input, 'undone');
  const back = { ...row, done: input.from, problem: null };
  if (input.from > 0) return orderUndo(turn, back);
  if (row.state === 'reverting') return takenBack(turn, back, input.repository);
  refuseLanding(turn, back, row.undoing);
}

/** What the outside refuses sends everything back; what is only away is waited for. */
export function stepBroke(turn: Turn, row: LandingRow, { step, fault }: Of<'landing.broke'>): void {
  const words = clip(`${fault.message}${fault.remedy ? ` (${fault.remedy})` : ''}`, 1000);
  if (step === 'undo') return undoBroke(turn, row, words, fault.code === shippedCode);
  const away = fault.kind === 'unavailable' || fault.kind === 'bug';
  const isForward = row.state === 'landing' && row.undoing === null;
  if (isForward && row.aborted) return goBack(turn, row, row.aborted);
  if (away) return void landLater(turn, row, words, 15_000);
  if (isForward) goBack(turn, row, words);
}

/** What users have got meanwhile cannot be taken back: all of it stays, and what is missing of it goes in. */
function undoBroke(turn: Turn, row: LandingRow, words: string, shipped: boolean): void {
  if (!shipped) return void landLater(turn, row, words, 30_000);
  const kept = { ...row, undoing: null, aborted: null };
  if (row.state === 'reverting') {
    const landed = { state: 'landed' as const, done: row.total, problem: words, endedAt: turn.at };
    return void moveLanding(turn, kept, landed, `it stays: ${words}`);
  }
  const forward = { phase: 0, done: 0 };
  landLater(turn, moveLanding(turn, kept, forward, `it stays, and goes on: ${words}`), words, 30_000);
}

/** Of the fault by which an adapter says that users have what should be taken back. */
const shippedCode = 'landing-shipped';

export function landingDue(turn: Turn, { landing, round }: Of<'landing.due'>): void {
  const row = turn.row('landings', landing);
  if (row.round !== round) return;
  if (row.undoing !== null && (row.state === 'landing' || row.state === 'reverting')) return orderUndo(turn, row);
  if (row.state === 'landing') return orderStep(turn, row);
  if (row.state === 'planned' && row.by !== null) orderCheck(turn, row);
}

/** Everything is in: what was not built is left to another cascade, and the place is closed. */
function finish(turn: Turn, row: LandingRow): void {
  turn.put('landings', row);
  const { release, cascade: id, id: landing } = row;
  const cascade = turn.row('cascades', id);
  const isWhole = !row.partial || cascade.state === 'completed';
  if (isWhole) return void closeLanded(turn, cascade, landing);
  turn.self({ type: 'landing.leave', release, cascade: id, landing });
}

export function closeLanded(turn: Turn, cascade: CascadeRow, landing: string): void {
  closePlace(turn, cascade, 'landed', landing);
}

function mark(turn: Turn, { landing, from, until }: Of<'landing.stepped' | 'landing.undone'>, state: StepState): void {
  for (const step of turn.all('landing_steps')) {
    if (step.landing !== landing || step.number < from || step.number >= until || !moves(step)) continue;
    turn.put('landing_steps', { ...step, state });
  }
}

function moves({ state }: LandingStepRow): boolean {
  return state !== 'there' && state !== 'stays';
}
