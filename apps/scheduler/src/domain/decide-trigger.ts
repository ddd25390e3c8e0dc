import { assertNever } from '@millrace/kernel';
import { decideChange } from './approval';
import { followDue, followLooked } from './follow/follow';
import { endHold, holdDue, setHold, turnTier } from './holds';
import { pushReceived } from './pushes';
import { graphPublished, snapshotChecked } from './snapshots';
import type { TriggerInput } from './trigger-input';
import type { Turn } from './turn';
import { changeDue } from './waiting';

/** What starts cascades, and what lets them start or keeps them from it. */
export function decideTrigger(turn: Turn, input: TriggerInput): unknown {
  switch (input.type) {
    case 'push.received':
      return pushReceived(turn, input);
    case 'graph.published':
      return graphPublished(turn, input);
    case 'snapshot.checked':
      return snapshotChecked(turn, input);
    case 'change.approve':
    case 'change.reject':
      return decideChange(turn, input);
    case 'change.due':
      return changeDue(turn, input.change);
    case 'hold.set':
      return setHold(turn, input);
    case 'hold.end':
      return endHold(turn, input);
    case 'hold.due':
      return holdDue(turn, input.hold);
    case 'tier.turned':
      return turnTier(turn, input);
    case 'follow.due':
      return followDue(turn, input.release);
    case 'follow.looked':
      return followLooked(turn, input);
    default:
      return assertNever(input);
  }
}
