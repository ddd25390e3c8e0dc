import { cascadeHeld } from '@millrace/contracts';
import type { CascadeRow } from '../state';
import { moveCascade } from '../transitions';
import type { Turn } from '../turn';
import { cascadeData, listed } from '../words';
import { usesOf, useWords } from './uses';

/**
 * What a plan is over, in words; null: no budget, or a person has let it go on all the same. The slice holds the
 * cascades of the release that count.
 */
export function overBudget(turn: Turn, { id, by, release, cost, budget }: CascadeRow): string | null {
  const { definition } = turn.row('releases', release);
  if (!definition.budgets || !cost || budget === 'accepted') return null;
  const others = turn.all('cascades').filter((one) => one.release === release);
  const over = usesOf(definition, { id, by, cost }, others, turn.at).filter((use) => use.over);
  return over.length === 0 ? null : `it is over budget: ${listed(over.map(useWords))}`;
}

/** A plan that has grown beyond a budget holds its cascade: what runs goes on, a person lets the rest start. */
export function holdOverBudget(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  if (cascade.state !== 'running') return;
  const over = overBudget(turn, cascade);
  if (over === null) return;
  const why = `its plan has grown, and ${over}: millrace cascade resume ${id} lets it go on`;
  const held = moveCascade(turn, { ...cascade, budget: 'asked' }, 'held', { problem: why });
  turn.say(cascadeHeld, id, cascadeData(held, why, 'scheduler'));
}

/** A person lets it go on: what its plan is over is accepted, and not asked again. */
export function accepted({ budget }: CascadeRow): Pick<CascadeRow, 'budget'> {
  return budget === undefined ? {} : { budget: 'accepted' };
}
