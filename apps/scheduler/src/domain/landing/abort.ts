import { refuse, type Refusal } from '@millrace/kernel';
import type { Turn } from '../turn';
import { clip, listed } from '../words';
import { currentLanding, isUnderWay } from './begin';
import { refuseLanding } from './checked';
import type { LandingInput } from './landing-input';
import type { LandingRow } from './landing-rows';
import { moveLanding } from './landing-words';
import { goBack } from './steps';

type Aborting = Extract<LandingInput, { type: 'landing.abort' }>;

/**
 * `millrace cascade land --abort`: a landing that is under way ends, and what of it has gone out is taken back. Nothing
 * is taken out while a call may still bring something in: that one ends first.
 */
export function abortLanding(
  turn: Turn,
  input: Aborting,
): Refusal | { readonly done: boolean; readonly text: string; readonly landing: string } {
  const found = abortable(turn, input);
  if ('because' in found) return found;
  const why = clip(`${turn.context.who} aborts it: ${input.why}`, 1000);
  const text = abort(turn, found, why);
  return { done: true, text, landing: found.id };
}

function abort(turn: Turn, row: LandingRow, why: string): string {
  if (row.state !== 'landing') {
    refuseLanding(turn, row, why);
    return `landing ${row.id} is given up; nothing of it had begun`;
  }
  if (isCallOut(row)) {
    moveLanding(turn, row, { aborted: why }, why);
    return `landing ${row.id} goes back as soon as the call that is under way has ended`;
  }
  goBack(turn, row, why);
  return `landing ${row.id} goes back: what is in the release already is taken out again`;
}

/** A call that brings builds in was ordered, and has not been answered. */
function isCallOut({ problem }: LandingRow): boolean {
  return problem === null;
}

function abortable(turn: Turn, { cascade: id, shipped }: Aborting): Refusal | LandingRow {
  const cascade = turn.find('cascades', id);
  if (!cascade) {
    return refuse('cascade-unknown', `there is no cascade ${id}`, 'look at `millrace cascade list`', 'missing');
  }
  const takeBack = `take it back: millrace cascade revert ${id} --why …`;
  if (cascade.landed) return refuse('cascade-landed', `cascade ${id} has landed`, takeBack, 'conflict');
  const row = currentLanding(turn, cascade);
  if (!row || !(isUnderWay(row) || row.state === 'checked')) {
    const because = row ? `landing ${row.id} is ${row.state}` : `cascade ${id} does not land`;
    const remedy = `nothing of it is on its way; see \`millrace cascade explain ${id}\``;
    return refuse('landing-not-under-way', because, remedy, 'conflict');
  }
  const going = row.undoing ?? row.aborted ?? null;
  if (going !== null) {
    const remedy = `wait for its end: \`millrace cascade explain ${id}\``;
    return refuse('landing-goes-back', `landing ${row.id} goes back already: ${going}`, remedy, 'conflict');
  }
  if (shipped.length > 0) {
    const because = `cascade ${id} has gone out to users: ${listed(shipped)}`;
    return refuse('cascade-shipped', because, 'land a newer build that undoes what it did', 'conflict');
  }
  if (row.state !== 'landing' || row.phase < row.phases) return row;
  const because = `all builds of landing ${row.id} are in the release`;
  return refuse('landing-over', because, `wait until it has landed, and ${takeBack}`, 'conflict');
}
