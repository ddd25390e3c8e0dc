import { matchesAny, type ReleaseDefinition, type RuleOutcome } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { ChangeRow } from './change-rows';

/** What the rules of a release say of one changed component. */
export interface Judgement {
  readonly outcome: RuleOutcome;
  /** The rule's reason; null: no rule matched, and the default holds. */
  readonly reason: string | null;
}

type Judged = Pick<ChangeRow, 'kind' | 'urgency' | 'by' | 'message' | 'follows'>;

/** The first rule that matches decides. Without one, a change starts a cascade by itself. */
export function judge(definition: ReleaseDefinition, change: Judged, component: ComponentId | null): Judgement {
  const rule = (definition.triggers.rules ?? []).find(
    ({ kinds, urgencies, by, components }) =>
      (kinds === undefined || kinds.includes(change.kind)) &&
      (urgencies === undefined || urgencies.includes(change.urgency)) &&
      (by === undefined || matchesAny(by, change.by)) &&
      (components === undefined || (component !== null && matchesAny(components, component))),
  );
  if (rule) return { outcome: rule.outcome, reason: rule.reason };
  // A set is asked for by a person; what another team sends may be the whole release.
  if (change.kind === 'set' && change.message) {
    return { outcome: 'approve', reason: 'another team asks for a set, and no rule of the release lets it start' };
  }
  if (change.follows?.undone === 'ask') {
    const { release } = change.follows;
    return { outcome: 'approve', reason: `${release} took it back; approved, what ${release} has again is built here` };
  }
  // A release's own cascades publish snapshots and builds too: only a rule lets those start others.
  return change.kind === 'snapshot' || change.kind === 'build'
    ? { outcome: 'ignore', reason: null }
    : { outcome: 'start', reason: null };
}

/** Why a rule lets a change do what it does, in words. */
export function ruleWords({ outcome, reason }: Judgement, kind: ChangeRow['kind']): string {
  if (reason === null) {
    return outcome === 'start'
      ? 'no rule of the release says otherwise'
      : `no rule of the release lets a change of kind '${kind}' start a cascade (triggers.rules)`;
  }
  const words = { start: 'starts by rule', approve: 'a person must approve it', ignore: 'ignored by rule' };
  return `${words[outcome]}: ${reason}`;
}
