import type { Moment } from '@millrace/kernel';
import {
  answerForResult,
  excludedAnswer,
  missingAnswer,
  placeOf,
  remoteAnswer,
  type Answer,
  type TestResult,
} from './answer';
import { fnMatches } from './fn-matches';
import { contextsShared, type PassingTestCaseRule, type Policy, type PolicyRule, type RemoteRule } from './policy';
import { packageNameOf, resultQueriesOf, type Subject } from './subject-type';

/** What became of the file that a remote rule asks for. */
export type RemoteFile =
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'missing'; readonly urls: readonly string[] }
  | { readonly kind: 'unfetched'; readonly urls: readonly string[]; readonly error: string }
  | {
      readonly kind: 'fetched';
      readonly url: string;
      readonly policies: readonly Policy[];
      /** Why it cannot be used; then it has no policies. */
      readonly problem: string | null;
    };

/** What is asked: at which gating points, and for which product version. */
export interface Question {
  readonly subject: Subject;
  readonly productVersion: string;
  readonly contexts: readonly string[];
  /** The rules came with the question: they hold whatever the gating point. */
  readonly onDemand: boolean;
}

/** All that the answers may depend on. */
export interface Facts {
  /** The latest results of the subject, one per test and place, newest first. */
  readonly latest: readonly TestResult[];
  readonly remote: (rule: RemoteRule) => RemoteFile;
  /** When the subject was made: rules may hold for older or newer ones only. */
  readonly madeAt: Moment;
}

export function isApplicable(policy: Policy, { subject, productVersion, contexts, onDemand }: Question): boolean {
  if (onDemand) return true;
  return (
    policy.contexts.some((context) => contexts.includes(context)) &&
    forVersion(policy, productVersion) &&
    forType(policy, subject)
  );
}

/** The answers of policies that are applicable, in their order; equal rules are asked once. A pure function. */
export function checkPolicies(policies: readonly Policy[], question: Question, facts: Facts): readonly Answer[] {
  return new Check(question, facts).policies(policies);
}

/** The rules that policies and the remote files behind them come down to, each with who asks for it. */
export function rulesOf(
  policies: readonly Policy[],
  question: Question,
  remote: Facts['remote'],
): readonly { readonly rule: PassingTestCaseRule; readonly policy: string }[] {
  return policies
    .filter((policy) => coverage(policy, question.subject) === 'covered')
    .flatMap((policy) =>
      policy.rules.flatMap((rule) => {
        const id = policy.id ?? policy.source ?? 'untitled';
        if (rule.kind === 'PassingTestCaseRule') return [{ rule, policy: id }];
        const file = remote(rule);
        return file.kind === 'fetched' ? rulesOf(within(policy, file.policies, question), question, remote) : [];
      }),
    );
}

/**
 * As Greenwave asks ResultsDB: per query, and per test, scenario, architecture and variant, what was submitted last;
 * newest first.
 */
export function latestResults<Result extends TestResult>(
  results: readonly Result[],
  subject: Subject,
  sameType: (a: string, b: string) => boolean,
): readonly Result[] {
  const newestFirst = [...results].sort(byTime);
  const found = resultQueriesOf(subject).flatMap((query) => {
    const seen = new Set<string>();
    return newestFirst.filter((result) => {
      if (!answersQuery(result.data, query, sameType)) return false;
      const key = JSON.stringify([result.testcase, ...Object.values(placeOf(result.data))]);
      return seen.has(key) ? false : seen.add(key);
    });
  });
  return [...new Map(found.map((result) => [result.number, result])).values()];
}

function byTime(a: TestResult, b: TestResult): number {
  if (a.submit_time !== b.submit_time) return a.submit_time < b.submit_time ? 1 : -1;
  return b.number - a.number;
}

function answersQuery(
  data: TestResult['data'],
  query: Readonly<Record<string, string>>,
  sameType: (a: string, b: string) => boolean,
): boolean {
  return Object.entries(query).every(([key, wanted]) => {
    const values = data[key] ?? [];
    if (key !== 'type') return values.includes(wanted);
    return wanted.split(',').some((one) => values.some((value) => sameType(value, one)));
  });
}

function forVersion(policy: Policy, productVersion: string): boolean {
  return policy.productVersions.some((pattern) => fnMatches(pattern, productVersion));
}

function forType(policy: Policy, { type }: Subject): boolean {
  return (
    policy.subjectTypes.length === 0 || policy.subjectTypes.some((id) => id === type.id || type.aliases.includes(id))
  );
}

function coverage(policy: Policy, subject: Subject): 'covered' | 'excluded' | 'outside' {
  const name = packageNameOf(subject);
  if (name === null) return 'covered';
  if (policy.excludedPackages.some((pattern) => fnMatches(pattern, name))) return 'excluded';
  return policy.packages.length === 0 || policy.packages.some((pattern) => fnMatches(pattern, name))
    ? 'covered'
    : 'outside';
}

/** Of a remote file, the policies that stand under the one that leads to it. */
function within(parent: Policy, remote: readonly Policy[], question: Question): readonly Policy[] {
  const { contexts, onDemand, productVersion, subject } = question;
  return remote.filter(
    (policy) =>
      (onDemand || (contextsShared(policy, parent) && policy.contexts.some((context) => contexts.includes(context)))) &&
      forVersion(policy, productVersion) &&
      forType(policy, subject),
  );
}

class Check {
  private readonly asked = new Set<string>();

  constructor(
    private readonly question: Question,
    private readonly facts: Facts,
  ) {}

  policies(policies: readonly Policy[]): readonly Answer[] {
    return policies.flatMap((policy) => this.policy(policy));
  }

  private policy(policy: Policy): readonly Answer[] {
    const { subject } = this.question;
    const covered = coverage(policy, subject);
    if (covered === 'excluded') return [excludedAnswer(subject, policy.id, policy.source)];
    return covered === 'outside' ? [] : policy.rules.flatMap((rule) => this.rule(rule, policy));
  }

  private rule(rule: PolicyRule, policy: Policy): readonly Answer[] {
    const key = JSON.stringify(
      rule.kind === 'RemoteRule' ? [rule.sources, rule.required] : [rule.testcase, rule.scenario],
    );
    if (this.asked.has(key)) return [];
    this.asked.add(key);
    return rule.kind === 'RemoteRule' ? this.remote(rule, policy) : this.test(rule, policy);
  }

  private test(rule: PassingTestCaseRule, policy: Policy): readonly Answer[] {
    const { subject } = this.question;
    if (!holdsFor(rule, this.facts.madeAt)) return [];
    const results = this.facts.latest.filter(
      (result) =>
        result.testcase === rule.testcase &&
        (rule.scenario === null || (result.data['scenario'] ?? []).includes(rule.scenario)),
    );
    if (results.length === 0) return [missingAnswer(subject, rule.testcase, rule.scenario, policy.source)];
    return results.map((result) => answerForResult(subject, result, policy.source));
  }

  private remote(rule: RemoteRule, policy: Policy): readonly Answer[] {
    const { subject } = this.question;
    const file = this.facts.remote(rule);
    switch (file.kind) {
      case 'unsupported':
        return [];
      case 'missing':
        return rule.required ? [remoteAnswer(subject, 'missing-remote', { sources: file.urls })] : [];
      case 'unfetched':
        return [remoteAnswer(subject, 'unfetched-remote', { sources: file.urls, error: file.error })];
      case 'fetched': {
        const fetched = remoteAnswer(subject, 'fetched', { source: file.url });
        if (file.problem === null) {
          return [fetched, ...this.policies(within(policy, file.policies, this.question))];
        }
        const invalid = { source: file.url, details: file.problem };
        return [fetched, remoteAnswer(subject, 'invalid-remote', invalid)];
      }
    }
  }
}

export function holdsFor(rule: PassingTestCaseRule, madeAt: Moment): boolean {
  return (
    (rule.validSince === null || madeAt >= rule.validSince) && (rule.validUntil === null || madeAt < rule.validUntil)
  );
}
