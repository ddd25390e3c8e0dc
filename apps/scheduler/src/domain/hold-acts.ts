import { cascadeHeld, cascadeResumed } from '@millrace/contracts';
import { refuse, type Refusal } from '@millrace/kernel';
import { accepted } from './budgets/enforce';
import { advance, goOn, unstall } from './advance';
import { notThere, rebuildsOf, unstarted, wrongState } from './cascade-members';
import { startPlanned } from './plan';
import type { CascadeRow } from './state';
import { moveCascade } from './transitions';
import type { Turn } from './turn';
import { cascadeData } from './words';

export function holdCascade(turn: Turn, cascade: CascadeRow, why: string): Refusal | string {
  if (cascade.state !== 'running' && cascade.state !== 'stalled') return wrongState(cascade, 'held');
  const held = moveCascade(turn, cascade, 'held');
  turn.say(cascadeHeld, cascade.id, cascadeData(held, why || 'no reason given', turn.context.who));
  return `cascade ${cascade.id} starts nothing new until it is resumed; what runs goes on`;
}

/** Also the way in which a person lets a planned cascade start. */
export function resumeCascade(turn: Turn, cascade: CascadeRow, why: string): Refusal | string {
  const { definition } = turn.row('releases', cascade.release);
  if (definition.mode === 'observe' && (cascade.state === 'awaiting-approval' || cascade.state === 'held')) {
    const because = `release ${cascade.release} only observes: its plans are not built`;
    return refuse('release-observes', because, 'apply a definition with mode: approve or act', 'conflict');
  }
  if (cascade.state === 'awaiting-approval') {
    startPlanned(turn, { ...cascade, ...accepted(cascade), problem: null }, why || 'approved', turn.context.who);
    goOn(turn, cascade.id);
    return `cascade ${cascade.id} has started`;
  }
  if (cascade.state !== 'held') return wrongState(cascade, 'resumed');
  const ramp = { ...cascade.ramp, accepted: cascade.ramp.accepted || cascade.ramp.losses > 0 };
  const running = moveCascade(turn, cascade, 'running', { ramp, ...accepted(cascade), problem: null });
  turn.say(cascadeResumed, cascade.id, cascadeData(running, why || 'no reason given', turn.context.who));
  turn.self({ type: 'cascade.restart', release: cascade.release, cascade: cascade.id });
  return `cascade ${cascade.id} goes on`;
}

export function holdRebuilds(turn: Turn, cascade: CascadeRow, component: string, why: string): Refusal | string {
  const rows = unstarted(turn, cascade, component);
  if (rows.length === 0) return notThere(turn, cascade, component, 'held: only what has not started can be');
  const because = `${turn.context.who} holds it${why ? `: ${why}` : ''}`;
  for (const row of rows) {
    turn.put('rebuilds', { ...row, held: true, because });
    advance(turn, row.id);
  }
  return `${component} does not start until it is resumed`;
}

export function resumeRebuilds(turn: Turn, cascade: CascadeRow, component: string): Refusal | string {
  const rows = rebuildsOf(turn, cascade, component).filter((row) => row.held);
  if (rows.length === 0) return notThere(turn, cascade, component, 'resumed: it is not held');
  for (const row of rows) turn.put('rebuilds', { ...row, held: false });
  unstall(turn, cascade.id, `${component} goes on`, turn.context.who);
  for (const row of rows) advance(turn, row.id);
  return `${component} goes on`;
}
