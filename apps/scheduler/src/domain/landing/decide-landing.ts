import { assertNever } from '@millrace/kernel';
import type { Turn } from '../turn';
import { abortLanding } from './abort';
import { askLanding } from './begin';
import { checkBroke, laidDown, landingChecked } from './checked';
import { deadlineDue } from './deadline';
import { followUp, leaveBehind } from './landed';
import type { LandingInput } from './landing-input';
import { partDecided } from './part-gate';
import { restoreValidated } from './restore';
import { revertLanding } from './revert';
import { landingDue, stepBroke, stepped, undone } from './steps';

/** How what a cascade has validated comes into its release, whole or not at all, and out of it again. */
export function decideLanding(turn: Turn, input: LandingInput): unknown {
  switch (input.type) {
    case 'landing.ask':
      return askLanding(turn, input);
    case 'landing.part':
      return laidDown(turn, input);
    case 'landing.checked':
      return landingChecked(turn, input);
    case 'landing.stepped':
      return stepped(turn, input);
    case 'landing.undone':
      return undone(turn, input);
    case 'landing.broke': {
      const row = turn.row('landings', input.landing);
      if (row.round !== input.round) return;
      return input.step === 'check' ? checkBroke(turn, row, input) : stepBroke(turn, row, input);
    }
    case 'landing.due':
      return landingDue(turn, input);
    case 'landing.decided':
      return partDecided(turn, input);
    case 'landing.leave':
      return leaveBehind(turn, input);
    case 'landing.follow-up':
      return followUp(turn, input);
    case 'landing.restore':
      return restoreValidated(turn, input);
    case 'landing.deadline':
      return deadlineDue(turn, input.cascade);
    case 'landing.abort':
      return abortLanding(turn, input);
    case 'landing.revert':
      return revertLanding(turn, input);
    default:
      return assertNever(input);
  }
}
