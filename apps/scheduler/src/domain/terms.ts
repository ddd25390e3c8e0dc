import { canariesOf, foldingOf, retriesOf, type ReleaseDefinition } from '@millrace/contracts';
import type { CascadeRow, Terms } from './cascade-rows';
import type { Turn } from './turn';

/** How cascades that are planned now are driven to their end. */
export function termsIn(definition: ReleaseDefinition): Terms {
  const { knots, cut_off: cutOff = true } = definition;
  const [folding, canaries, retries] = [foldingOf(definition), canariesOf(definition), retriesOf(definition)];
  return { knots, cutOff, folding, canaries, retries };
}

/** How a cascade is driven: as its release said when it began, whatever has been applied since. */
export function termsOf(turn: Turn, { release, terms }: CascadeRow): Terms {
  return terms ?? termsIn(turn.row('releases', release).definition);
}
