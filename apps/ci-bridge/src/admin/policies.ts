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
  type Subject,
} from '@millrace/gate-policy';
import { AppError, later, moment, parseNvr, type Moment } from '@millrace/kernel';
import { catalogueId, emptyCatalogue, policiesOfReleases } from '../domain/catalogue';
import { subjectOf } from '../domain/gate';
import { momentOf, stampOf } from '../domain/stamp';
import type { VerdictRow } from '../domain/state';
import { namesOf } from '../domain/subject';
import { resultsFor, waiversFor, type ResultSource } from './greenwave/facts';
import { productVersionsOf, subjectsOfResults } from './history-subjects';
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

/**
 * Which builds of the last days would these policies have blocked? Builds that a gate was asked about, by what was known
 * when it last spoke; and, where no release is named, those that results came of without anybody asking, by what is known.
 */
export async function policyHistory(
  read: BridgeRead,
  results: ResultSource,
  asked: HistoryQuestion,
  now: Moment,
): Promise<History> {
  const policies = soundPolicies(asked.policy);
  const from = later(now, -asked.days * 86_400_000);
  const types = ((await read.catalogues.get(catalogueId)) ?? emptyCatalogue).subjectTypes;
  const verdicts = await read.verdicts.where(
    { answered_at: { from }, ...(asked.release === undefined ? {} : { release: asked.release }) },
    { orderBy: '-answered_at', limit: asked.limit },
  );
  // A build of long ago may have been decided anew since.
  const wanted = verdicts.filter(
    ({ decision_context, askedAt }) => askedAt >= from && [undefined, decision_context].includes(asked.context),
  );
  const contexts = policies.flatMap((policy) => policy.contexts);
  const looked: Look[] = wanted.map((verdict) => ({
    ...{ subject: subjectOf({ types }, verdict), versions: [verdict.product_version], at: verdict.answeredAt },
    contexts: asked.context === undefined ? [verdict.decision_context] : contexts,
    ...{ madeAt: verdict.since, verdict },
  }));
  if (asked.release === undefined && asked.context === undefined) {
    const known = new Set(verdicts.flatMap((verdict) => namesOf(verdict.subject)));
    const limit = asked.limit - looked.length;
    for (const { subject, at } of await subjectsOfResults(read, { from: stampOf(from), limit, known }, types)) {
      const versions = productVersionsOf(subject, policies);
      looked.push({ subject, versions, contexts, at: now, madeAt: momentOf(at), verdict: null });
    }
  }
  const blocked: History['blocked'] = [];
  let untouched = 0;
  for (const look of looked) {
    const answers = await answersTo(read, results, policies, look);
    if (answers === null) untouched++;
    else if (!answers.every(isSatisfied)) blocked.push(blockedBuild(look, answers));
  }
  return { looked_at: looked.length, blocked, untouched };
}

interface Look {
  readonly subject: Subject;
  readonly versions: readonly string[];
  readonly contexts: readonly string[];
  /** Waivers of then count. */
  readonly at: Moment;
  readonly madeAt: Moment;
  /** null: no gate was asked about it. */
  readonly verdict: VerdictRow | null;
}

/** null: none of the policies speaks about it. */
async function answersTo(
  read: BridgeRead,
  results: ResultSource,
  policies: readonly Policy[],
  { subject, versions, contexts, at, madeAt }: Look,
): Promise<readonly Answer[] | null> {
  const found: Answer[] = [];
  let speaks = false;
  for (const productVersion of versions) {
    const question: Question = { subject, productVersion, contexts, onDemand: false };
    const speaking = policies.filter((policy) => isApplicable(policy, question));
    if (speaking.length === 0) continue;
    speaks = true;
    const remote = () => ({ kind: 'unsupported' }) as const;
    const tests = rulesOf(speaking, question, remote).map(({ rule }) => rule.testcase);
    const wish = { ignoreResults: [], ignoreWaivers: [], when: null, productVersion };
    const latest = await resultsFor(results, subject, tests, wish);
    const waivers = await waiversFor(read, subject, wish, stampOf(at));
    found.push(...waiveAnswers(checkPolicies(speaking, question, { latest, remote, madeAt }), waivers));
  }
  return speaks ? found : null;
}

function blockedBuild({ subject, verdict, madeAt }: Look, answers: readonly Answer[]): History['blocked'][number] {
  const bad = answers.filter((answer) => !isSatisfied(answer) && isTestAnswer(answer));
  const name = subject.type.isNvr ? parseNvr(subject.item)?.name : undefined;
  return {
    subject: verdict?.subject.id ?? subject.item,
    component: verdict?.component ?? (name === undefined ? '-' : `rpm/${name}`),
    release: verdict?.release ?? '-',
    at: verdict?.answeredAt ?? madeAt,
    was: verdict?.answer.decision ?? 'not asked',
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
