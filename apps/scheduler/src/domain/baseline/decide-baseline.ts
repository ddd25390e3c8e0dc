import { assertNever } from '@millrace/kernel';
import type { Turn } from '../turn';
import { adoptionBroke, adoptionPaged, startAdoption } from './adoption';
import { baselineFound, baselineLooked, baselineUnlooked, debtBuilt, debtMended } from './baseline';
import type { BaselineInput } from './baseline-input';

/** What a release was when Millrace first saw it. */
export function decideBaseline(turn: Turn, input: BaselineInput): unknown {
  switch (input.type) {
    case 'baseline.found':
      return baselineFound(turn, input);
    case 'baseline.looked':
      return baselineLooked(turn, input);
    case 'baseline.unlooked':
      return baselineUnlooked(turn, input);
    case 'debt.mended':
      return debtMended(turn, input);
    case 'debt.built':
      return debtBuilt(turn, input);
    case 'adoption.start':
      return startAdoption(turn, input);
    case 'adoption.paged':
      return adoptionPaged(turn, input);
    case 'adoption.broke':
      return adoptionBroke(turn, input);
    default:
      return assertNever(input);
  }
}
