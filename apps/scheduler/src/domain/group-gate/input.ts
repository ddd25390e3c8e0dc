import type { VerdictReason } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { Hindrance } from '../input';

interface OfGroup {
  readonly release: string;
  readonly cascade: string;
  /** null: of the whole cascade. */
  readonly tier: number | null;
}

/** About the gate of a tier, or of a whole cascade. */
export type GroupGateInput =
  | (OfGroup & {
      readonly type: 'group.gathered';
      readonly round: number;
      /** Id of their content. */
      readonly subject: string;
      readonly builds: number;
      /** null: they are too many to be listed. */
      readonly members: readonly { readonly component: ComponentId; readonly nvr: string }[] | null;
    })
  | (OfGroup & { readonly type: 'group.ungathered'; readonly round: number; readonly fault: Hindrance })
  | (OfGroup & {
      readonly type: 'group.decided';
      readonly subject: string;
      readonly decision: 'pending' | 'passed' | 'failed' | 'unknown';
      readonly verdictRevision: number;
      readonly reasons: readonly VerdictReason[];
    });
