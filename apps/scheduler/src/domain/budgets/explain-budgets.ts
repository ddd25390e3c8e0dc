import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import { systemOf } from '../policy';
import type { CapacityRow, CascadeRow } from '../state';
import { quietNow, quietWords } from './quiet';
import { boundOf, shareOf } from './shares';
import { usesOf, useWords } from './uses';

/** What a cascade takes of the budgets of its release, and why it starts nothing now. `cascades`: those that count. */
export function explainBudgets(
  definition: ReleaseDefinition,
  cascade: CascadeRow,
  cascades: readonly CascadeRow[],
  at: Moment,
): string[] {
  if (!definition.budgets) return [];
  const { id, by, cost, budget } = cascade;
  const uses = cost ? usesOf(definition, { id, by, cost }, cascades, cascade.endedAt ?? at) : [];
  const accepted = budget === 'accepted' ? ['A person has let it go on over its budget.'] : [];
  return [...uses.map((use) => `It takes ${useWords(use)}.`), ...accepted, ...quietLines(definition, cascade, at)];
}

/** Why a rebuild that is ready has no slot, as far as that is policy. */
export function explainSlots(
  definition: ReleaseDefinition,
  cascade: CascadeRow,
  component: ComponentId,
  limits: Pick<CapacityRow, 'limit' | 'channels'>,
  at: Moment,
): string[] {
  const system = systemOf(definition, component);
  if (!definition.budgets || system === null) return [];
  const share = shareOf(definition, system, component);
  const bound = boundOf(limits, share);
  const where = share.channel === null ? system : `channel ${share.channel} of ${system}`;
  const left = `${Math.round(share.share * 100)} % of ${where} are left to people`;
  return [
    ...quietLines(definition, cascade, at),
    ...(share.share === 0 ? [] : [`${left}: ${bound} of our builds run at one time.`]),
  ];
}

function quietLines(definition: ReleaseDefinition, { state, urgency }: CascadeRow, at: Moment): string[] {
  const quiet = state === 'running' ? quietNow(definition, urgency, at) : null;
  return quiet ? [`It starts no build now: ${quietWords(quiet)}; what runs finishes.`] : [];
}
