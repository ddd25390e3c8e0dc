import { refuse, type Refusal } from '@millrace/kernel';
import type { Repository } from '../state';
import type { Turn } from '../turn';
import { clip, listed } from '../words';
import { currentLanding } from './begin';
import type { LandingInput } from './landing-input';
import type { LandingRow } from './landing-rows';
import { moveLanding } from './landing-words';
import { orderUndo } from './steps';

type Reverting = Extract<LandingInput, { type: 'landing.revert' }>;

/** `millrace cascade revert`: what a cascade has landed goes out again, the last first. */
export function revertLanding(
  turn: Turn,
  input: Reverting,
): Refusal | { readonly done: boolean; readonly text: string; readonly landing: string } {
  const refusal = whyNot(turn, input);
  if (refusal) return refusal;
  const row = currentLanding(turn, turn.row('cascades', input.cascade))!;
  const why = clip(`${turn.context.who} takes it back: ${input.why}`, 1000);
  const patch = { state: 'reverting' as const, undoing: why, done: row.total, by: turn.context.who, endedAt: null };
  orderUndo(turn, moveLanding(turn, row, patch, why));
  return { done: true, text: `${row.total} builds of ${row.id} are taken back`, landing: row.id };
}

/** The release is as if the cascade had not landed; what was validated in it stays in the cascade's own records. */
export function takenBack(turn: Turn, row: LandingRow, repository: Repository): void {
  const cascade = turn.row('cascades', row.cascade);
  turn.put('cascades', { ...cascade, landed: false });
  const release = turn.row('releases', row.release);
  turn.put('releases', { ...release, repository });
  turn.self({ type: 'landing.restore', release: row.release, cascade: row.cascade, after: '' });
  moveLanding(turn, row, { state: 'reverted', repository, undoing: null, endedAt: turn.at }, row.undoing ?? row.why);
}

function whyNot(turn: Turn, { cascade: id, builtOn, accepted, shipped }: Reverting): Refusal | null {
  const cascade = turn.find('cascades', id);
  if (!cascade) {
    return refuse('cascade-unknown', `there is no cascade ${id}`, 'look at `millrace cascade list`', 'missing');
  }
  const row = currentLanding(turn, cascade);
  if (!cascade.landed || row?.state !== 'landed') {
    const because = row ? `landing ${row.id} is ${row.state}` : `cascade ${id} has not landed by a landing of its own`;
    return refuse('cascade-not-landed', because, `look at \`millrace cascade explain ${id}\``, 'conflict');
  }
  if (shipped.length > 0) {
    const because = `cascade ${id} has gone out to users: ${listed(shipped)}`;
    return refuse('cascade-shipped', because, 'land a newer build that undoes what it did', 'conflict');
  }
  if (builtOn.length === 0 || accepted) return null;
  const because = `${listed(builtOn)} were built on it since`;
  const remedy = `take those back first, or say that it is meant: millrace cascade revert ${id} --built-on --why …`;
  return refuse('cascade-built-on', because, remedy, 'conflict');
}
