import { assertNever } from '@millrace/kernel';
import type { Turn } from '../turn';
import { takeUpObserved } from './leaving';
import type { ModeInput } from './mode-input';
import { observedAdopted, observedBuilt, observedDropped } from './observed';

/** What becomes of the plans that a release makes while it only observes. */
export function decideMode(turn: Turn, input: ModeInput): void {
  switch (input.type) {
    case 'observed.built':
      return observedBuilt(turn, input);
    case 'observed.adopted':
      return observedAdopted(turn, input);
    case 'observed.dropped':
      return observedDropped(turn, input);
    case 'observed.taken-up':
      return takeUpObserved(turn, input.release);
    default:
      return assertNever(input);
  }
}
