import type { doors, DoorReply } from '@millrace/contracts';
import {
  checkPolicies,
  isApplicable,
  isSatisfied,
  isTestAnswer,
  readPolicies,
  rulesOf,
  summaryOf,
  waiveAnswers,
  type Answer,
  type Policy,
  type Question,
} from '@millrace/gate-policy';
import { AppError, later, moment, type Moment } from '@millrace/kernel';
import { catalogueId, emptyCatalogue, policiesOfReleases } from '../domain/catalogue';
import { subjectOf } from '../domain/gate';
import { stampOf } from '../domain/stamp';
import type { VerdictRow } from '../domain/state';
import { resultsFor, waiversFor, type ResultSource } from './greenwave/facts';
import type { BridgeRead } from './read';

type Policies = DoorReply<(typeof doors)['ci-bridge']['policies']>;
type History = DoorReply<(typeof doors)['ci-bridge']['policyHistory']>;

/** The policies that hold now, and what is wrong with files that have changed since. */
export async function showPolicies(
  read: BridgeRead,
  files: { readonly problems: readonly string[]; readonly warnings: readonly string[] },
): Promise<Policies> {
  const row = await read.catalogues.get(catalogueId);
  const { policies, subjectTypes } = row ?? emptyCatalogue;
  const definitions = (await read.releases.where({})).map(({ definition }) => definition);
  const all = [...policies, ...policiesOfReleases(definitions, subjectTypes)];
  return {
    policies: all.map((policy) => ({
      id: policy.id,
      product_versions: [...policy.productVersions],
      decision_contexts: [...policy.contexts],
      subject_types: [...policy.subjectTypes],
      rules: policy.rules.length,
    })),
    digest: row?.digest ?? null,
    problems: [...files.problems],
    warnings: [...files.warnings],
  };
}

export interface HistoryQuestion {
  readonly policy: string;
  readonly release?: string | undefined;
  readonly days: number;
  readonly context?: string | undefined;
  readonly limit: number;
}

/** Which builds of the last days would these policies have blocked, by what was known when the gate last spoke? */
export async function policyHistory(
  read: BridgeRead,
  results: ResultSource,
  asked: HistoryQuestion,
  now: Moment,
): Promise<History> {
  const policies = soundPolicies(asked.policy);
  const from = later(now, -asked.days * 86_400_000);
  const verdicts = await read.verdicts.where(
    { answered_at: { from }, ...(asked.release === undefined ? {} : { release: asked.release }) },
    { orderBy: '-answered_at', limit: asked.limit },
  );
  // A build of long ago may have been decided anew since.
  const wanted = verdicts.filter(
    ({ decision_context, askedAt }) => askedAt >= from && [undefined, decision_context].includes(asked.context),
  );
  const types = ((await read.catalogues.get(catalogueId)) ?? emptyCatalogue).subjectTypes;
  const blocked: History['blocked'] = [];
  let untouched = 0;
  for (const verdict of wanted) {
    const question: Question = {
      subject: subjectOf({ types }, verdict),
      productVersion: verdict.product_version,
      contexts: asked.context === undefined ? [verdict.decision_context] : policies.flatMap(({ contexts }) => contexts),
      onDemand: false,
    };
    const speaking = policies.filter((policy) => isApplicable(policy, question));
    if (speaking.length === 0) untouched++;
    const answers = speaking.length === 0 ? [] : await answersFor(read, results, verdict, speaking, question);
    if (!answers.every(isSatisfied)) blocked.push(blockedBuild(verdict, answers));
  }
  return { looked_at: wanted.length, blocked, untouched };
}

async function answersFor(
  read: BridgeRead,
  results: ResultSource,
  verdict: VerdictRow,
  policies: readonly Policy[],
  question: Question,
): Promise<readonly Answer[]> {
  const remote = () => ({ kind: 'unsupported' }) as const;
  const tests = rulesOf(policies, question, remote).map(({ rule }) => rule.testcase);
  const then = stampOf(verdict.answeredAt);
  const wish = { ignoreResults: [], ignoreWaivers: [], when: null, productVersion: verdict.product_version };
  const latest = await resultsFor(results, question.subject, tests, wish);
  const waivers = await waiversFor(read, question.subject, wish, then);
  const facts = { latest, remote, madeAt: verdict.since };
  return waiveAnswers(checkPolicies(policies, question, facts), waivers);
}

function blockedBuild(verdict: VerdictRow, answers: readonly Answer[]): History['blocked'][number] {
  const bad = answers.filter((answer) => !isSatisfied(answer) && isTestAnswer(answer));
  return {
    subject: verdict.subject.id,
    component: verdict.component,
    release: verdict.release,
    at: verdict.answeredAt,
    was: verdict.answer.decision,
    summary: summaryOf(answers),
    tests: bad.map(({ testcase, requirement }) => ({ test: testcase ?? '-', type: requirement.type })),
  };
}

function soundPolicies(text: string): readonly Policy[] {
  const { policies, problems } = readPolicies(text);
  const wrong = problems.map(({ line, message }) => `line ${line}: ${message}`);
  if (policies.length === 0 && wrong.length === 0) wrong.push('line 1: No policies defined');
  if (wrong.length === 0) return policies;
  throw new AppError({
    code: 'policies-invalid',
    kind: 'invalid',
    message: `the policy cannot be used: ${wrong.slice(0, 20).join('; ')}`,
    remedy: 'correct it; `millrace policy lint FILE` checks a file without a service',
  });
}

export function clock(): Moment {
  return moment(Date.now());
}
