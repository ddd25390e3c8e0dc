import type { VerdictReason } from '@millrace/contracts';
import type { RemoteRule } from '@millrace/gate-policy';
import type { Moment } from '@millrace/kernel';
import { explainUnknownPolicies } from './explain';
import { remoteRulesOf, type GateRules } from './gate';
import { plainReason } from './reason';
import { remoteKey, type VerdictRow } from './state';

/** Somebody who must be asked does not answer: the gate cannot know. `since` null: since it was noticed. */
export interface Away {
  readonly since: Moment | null;
  readonly because: string;
}

export interface RemoteState {
  readonly reasons: readonly VerdictReason[];
  readonly away: Away | null;
  /** Rules whose files nobody has looked for yet. */
  readonly unfetched: readonly RemoteRule[];
}

/** What the files that named policies lead to say by themselves; their tests are requirements like all others. */
export function remoteState(rules: GateRules, verdict: VerdictRow): RemoteState {
  const all = remoteRulesOf(rules, verdict);
  const reasons = all.flatMap(({ rule, policy, found }): readonly VerdictReason[] => {
    const test = `remote rule of ${policy}`.slice(0, 255);
    if (found === null) return [plainReason(test, 'waiting', 'the file that it leads to is being looked for')];
    if (found.kind === 'away') return [];
    const { file } = found;
    if (file.kind === 'missing' && rule.required) {
      return [plainReason(test, 'failed', `there is no file at ${file.urls.join(', ') || 'any address'}`)];
    }
    if (file.kind === 'unfetched') return [plainReason(test, 'failed', file.error)];
    return file.kind === 'fetched' && file.problem !== null
      ? [plainReason(test, 'failed', `${file.url} cannot be used: ${file.problem}`)]
      : [];
  });
  const gone = all.flatMap(({ found }) => (found?.kind === 'away' ? [found] : []))[0] ?? null;
  const unknown = rules.unknown.length > 0 ? { since: null, because: explainUnknownPolicies(rules.unknown) } : null;
  const unfetched = all.filter(({ found }) => found === null).map(({ rule }) => rule);
  return {
    reasons,
    away: gone ?? unknown,
    unfetched: [...new Map(unfetched.map((rule) => [remoteKey(rule), rule])).values()],
  };
}
