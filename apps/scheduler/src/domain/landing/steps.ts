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
export const landingSlice = 50;

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
  if (input.waits !== null) return void landLater(turn, row, clip(input.waits, 1000), 30_000);
  const isLast = row.phase + 1 >= row.phases;
  mark(turn, input, isLast ? 'landed' : 'placed');
  const cascade = turn.row('cascades', row.cascade);
  const forward = { ...row, done: input.until, problem: null };
  if (cascade.doubtful > row.doubtful) return goBack(turn, forward, 'a build of it came into doubt while it landed');
  if (input.until < row.total) return orderStep(turn, forward);
  orderStep(turn, { ...forward, phase: row.phase + 1, done: isLast ? row.total : 0 });
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
  if (step === 'undo' || fault.kind === 'unavailable' || fault.kind === 'bug') {
    return void landLater(turn, row, words, step === 'undo' ? 30_000 : 15_000);
  }
  if (row.state === 'landing' && row.undoing === null) goBack(turn, row, words);
}

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
