import { durationMs, landingPolicyOf } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { groupHindrance } from '../group-gate/group-gate';
import { cancelCascade } from '../people';
import type { CascadeRow } from '../state';
import type { Turn } from '../turn';
import { clip } from '../words';
import { beginLanding, currentLanding, frozenWords, isStill, isUnderWay, planLanding } from './begin';
import { moveLanding } from './landing-words';

/** While something still runs, or a freeze holds, the end of a deadline is looked for again. */
const again = 300_000;

/** A cascade starts: from now on its time runs. */
export function setLandingDeadline(turn: Turn, cascade: CascadeRow): void {
  const { deadline } = landingPolicyOf(turn.row('releases', cascade.release).definition);
  if (deadline !== undefined) wake(turn, cascade, durationMs(deadline));
}

/** Its time is up, and it has not landed: somebody is asked, what can go lands, or it is given up. */
export function deadlineDue(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  const row = currentLanding(turn, cascade);
  if (cascade.landed || cascade.state === 'cancelled' || cascade.closing || (row && isUnderWay(row))) return;
  const { then, deadline } = landingPolicyOf(turn.row('releases', cascade.release).definition);
  const words = `it has not landed within ${deadline ?? 'its time'}`;
  switch (then) {
    case 'ask':
      return ask(turn, cascade, words);
    case 'drop':
      return drop(turn, cascade, words);
    case 'partial':
      if (!isLandable(cascade) || !isStill(cascade) || isKept(turn, cascade)) return wake(turn, cascade, again);
      beginLanding(turn, running(turn, cascade), { by: 'scheduler', why: words, partial: true, approved: true });
  }
}

function ask(turn: Turn, cascade: CascadeRow, words: string): void {
  const how = `millrace cascade land ${cascade.id} (--partial: without what failed), or millrace cascade cancel ${cascade.id}`;
  const problem = clip(`${words}: ${how}`, 1000);
  turn.put('cascades', { ...cascade, problem });
  const row = currentLanding(turn, cascade);
  if (row?.state === 'planned') moveLanding(turn, row, { problem }, problem);
  else moveLanding(turn, planLanding(turn, turn.row('cascades', cascade.id)), { problem }, problem);
}

function drop(turn: Turn, cascade: CascadeRow, words: string): void {
  const row = currentLanding(turn, cascade);
  const why = `${words}: it is given up`;
  if (row?.state === 'planned') moveLanding(turn, row, { state: 'refused', problem: why, endedAt: turn.at }, why);
  if (cascade.state !== 'completed') cancelCascade(turn, turn.row('cascades', cascade.id), why, 'scheduler');
}

function running(turn: Turn, cascade: CascadeRow): CascadeRow {
  return cascade.state === 'stalled' ? turn.put('cascades', { ...cascade, state: 'running' }) : cascade;
}

/** By a freeze, or by a gate of its tiers or of all of it. */
function isKept(turn: Turn, cascade: CascadeRow): boolean {
  return frozenWords(turn, cascade) !== null || groupHindrance(cascade) !== null;
}

function isLandable({ state }: CascadeRow): boolean {
  return state === 'running' || state === 'stalled' || state === 'completed';
}

function wake(turn: Turn, { id, release }: CascadeRow, ms: number): void {
  turn.wake(`landing-deadline/${id}`, later(turn.at, ms), { type: 'landing.deadline', release, cascade: id });
}
