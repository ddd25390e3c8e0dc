import type { RemoteFile, RemoteRule, Subject } from '@millrace/gate-policy';
import type { WorkKind } from '@millrace/engine';
import type { Input } from '../../domain/input';
import type { RemoteRules } from './remote-rules';

interface RemoteOrder {
  readonly verdict: string;
  readonly build: string;
  readonly rule: RemoteRule;
  readonly subject: Subject;
}

/** Looks for the file of a remote rule; when nobody can say whether there is one, that is the outcome. */
export function remoteRuleFetcher(rules: RemoteRules): WorkKind<RemoteOrder, RemoteFile, Input> {
  return {
    kind: 'remote-rule.fetch',
    concurrency: 4,
    timeoutMs: 60_000,
    tries: 2,
    run: ({ rule, subject }) => rules.fileOf(rule, subject),
    toInput: ({ verdict, build, rule }, outcome) => ({
      type: 'remote-found',
      verdict,
      build,
      rule,
      found: outcome.ok ? outcome.value : { kind: 'away', because: outcome.fault.message },
    }),
  };
}
