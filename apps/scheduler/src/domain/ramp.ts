import { cascadeHeld } from '@millrace/contracts';
import type { CascadeRow } from './state';
import { moveCascade } from './transitions';
import { termsOf } from './terms';
import type { Turn } from './turn';
import { cascadeData } from './words';

/** Builds at once from which on a cascade is not held back any more. */
const fullSpeed = 256;

/**
 * A rebuild of the cascade has come to an end: validated, or lost. While it starts slowly more may run at one time with each
 * doubling of those that have ended; it holds itself, and asks, when too many of the first were lost that were well before.
 */
export function rebuildEnded(turn: Turn, id: string, lost: boolean): void {
  const cascade = turn.row('cascades', id);
  const { definition } = turn.row('releases', cascade.release);
  const { allowed, ends, losses } = cascade.ramp;
  const ramp = { ...cascade.ramp, ends: ends + 1, losses: losses + (lost ? 1 : 0) };
  const { stop_loss: share, least } = termsOf(turn, cascade).canaries;
  if (cascade.state === 'running' && !ramp.accepted && ramp.ends >= least && ramp.losses > share * ramp.ends) {
    hold(turn, turn.put('cascades', { ...cascade, ramp }));
    return;
  }
  const grows = allowed !== null && ramp.ends >= allowed;
  turn.put('cascades', { ...cascade, ramp: grows ? { ...ramp, allowed: more(allowed) } : ramp });
  if (allowed !== null) for (const system of Object.values(definition.build_systems)) turn.look(system);
}

function more(allowed: number): number | null {
  return allowed * 2 > fullSpeed ? null : allowed * 2;
}

function hold(turn: Turn, cascade: CascadeRow): void {
  const { ends, losses } = cascade.ramp;
  const why =
    `${losses} of the first ${ends} rebuilds failed that were well before: nothing new starts until a person has ` +
    `looked (millrace cascade resume ${cascade.id}, or cancel)`;
  const held = moveCascade(turn, cascade, 'held', { problem: why });
  turn.say(cascadeHeld, cascade.id, cascadeData(held, why, 'scheduler'));
}
