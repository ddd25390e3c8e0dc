import { z } from 'zod';
import { isSatisfied, type Answer, type TestResult } from './answer';
import { checkPolicies, isApplicable, latestResults, type Question, type RemoteFile } from './check';
import type { Policy } from './policy';
import { readRemotePolicies } from './read-policies';
import { subjectTypeOf, type SubjectType } from './subject-type';
import { summaryOf } from './summary';
import { waiveAnswers } from './waive';

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const text = z.string().min(1).max(512);

const givenResult = z.strictObject({
  testcase: text,
  outcome: z.string().transform((word) => word.trim().toUpperCase()),
  scenario: z.string().optional(),
  architecture: z.string().optional(),
  variant: z.string().optional(),
  /** Further data; `item` and `type` are the subject's when they are left out. */
  data: z.record(z.string(), texts).default({}),
});

const givenWaiver = z.strictObject({ testcase: text, scenario: z.string().optional() });

const expectation = z.strictObject({
  /** `no policy`: none is applicable. */
  verdict: z.enum(['satisfied', 'unsatisfied', 'no policy']).optional(),
  summary: z.string().optional(),
  policies: z.array(z.string()).optional(),
  /** Test cases that are not satisfied, in whatever order. */
  unsatisfied: z.array(z.string()).optional(),
});

const policyCase = z.strictObject({
  name: z.string().min(1).max(500),
  subject: z.strictObject({ type: text.default('koji_build'), item: text }),
  product_version: text,
  decision_context: texts,
  /** When the subject was made, for rules with valid_since or valid_until. */
  made_at: z.iso.datetime({ offset: true }).optional(),
  results: z.array(givenResult).max(2000).default([]),
  waivers: z.array(givenWaiver).max(2000).default([]),
  /** What remote rules lead to: the file's content, or `missing`. */
  gating_yaml: z.string().max(200_000).default('missing'),
  expect: expectation.refine((given) => Object.keys(given).length > 0, 'expects nothing'),
});

/** A file of cases: given results and waivers, what policies say. */
export const policyCaseFile = z.strictObject({
  /** Policy files or folders of them, from where the file is. */
  policies: texts.optional(),
  subject_types: texts.optional(),
  cases: z.array(policyCase).min(1).max(2000),
});
export type PolicyCaseFile = z.output<typeof policyCaseFile>;
export type PolicyCase = PolicyCaseFile['cases'][number];

export interface CaseOutcome {
  readonly name: string;
  /** What is not as expected; empty: the case passes. */
  readonly differences: readonly string[];
  readonly verdict: 'satisfied' | 'unsatisfied' | 'no policy';
  readonly summary: string;
}

/** What policies say in one case. A pure function. */
export function runCase(
  given: PolicyCase,
  policies: readonly Policy[],
  types: readonly SubjectType[],
  now: string,
): CaseOutcome {
  const subject = { type: subjectTypeOf(given.subject.type, types), item: given.subject.item };
  const question: Question = {
    subject,
    productVersion: given.product_version,
    contexts: given.decision_context,
    onDemand: false,
  };
  const speaking = policies.filter((policy) => isApplicable(policy, question));
  const latest = latestResults(given.results.map(resultOf(given)), subject, (a, b) => a === b);
  const file = remoteFile(given.gating_yaml);
  const madeAt = given.made_at === undefined ? now : new Date(given.made_at).toISOString();
  const answers = checkPolicies(speaking, question, { latest, remote: () => file, madeAt });
  const waivers = given.waivers.map(({ testcase, scenario = null }, n) => ({
    ...{ number: n + 1, subject_type: subject.type.id, subject_id: subject.item },
    ...{ testcase, scenario },
  }));
  return compare(given, speaking, waiveAnswers(answers, waivers), subject.type.ignoreMissingPolicy);
}

function compare(
  given: PolicyCase,
  policies: readonly Policy[],
  answers: readonly Answer[],
  mayLack: boolean,
): CaseOutcome {
  const none = policies.length === 0 && !mayLack;
  const verdict = none ? 'no policy' : answers.every(isSatisfied) ? 'satisfied' : 'unsatisfied';
  const summary = none ? 'Found no applicable policies' : summaryOf(answers);
  const bad = answers.filter((answer) => !isSatisfied(answer)).map(({ testcase }) => testcase ?? '-');
  const differences = [
    differs('verdict', given.expect.verdict, verdict),
    differs('summary', given.expect.summary, summary),
    differs('policies', listed(given.expect.policies), listed(policies.map(({ id }) => id ?? 'untitled'))),
    differs('unsatisfied', listed(given.expect.unsatisfied), listed(bad)),
  ].filter((one) => one !== null);
  return { name: given.name, differences, verdict, summary };
}

function differs(what: string, expected: string | undefined, found: string): string | null {
  return expected === undefined || expected === found ? null : `${what}: expected ${expected}, found ${found}`;
}

function listed(names: readonly string[]): string;
function listed(names: readonly string[] | undefined): string | undefined;
function listed(names: readonly string[] | undefined): string | undefined {
  return names && ([...new Set(names)].sort().join(', ') || 'none');
}

/** Later ones in the list are newer. */
function resultOf({ subject }: PolicyCase) {
  return (given: PolicyCase['results'][number], n: number): TestResult => {
    const place = { scenario: given.scenario, system_architecture: given.architecture, system_variant: given.variant };
    const named = Object.entries(place).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, [value]] as const],
    );
    const own: TestResult['data'] = subject.type === 'compose' ? { 'productmd.compose.id': [subject.item] } : {};
    return {
      number: n + 1,
      testcase: given.testcase,
      outcome: given.outcome,
      submit_time: String(n).padStart(6, '0'),
      data: {
        item: [subject.item],
        nvr: [subject.item],
        type: [subject.type],
        ...own,
        ...Object.fromEntries(named),
        ...given.data,
      },
    };
  };
}

function remoteFile(text: string): RemoteFile {
  const url = 'gating.yaml';
  if (text === 'missing') return { kind: 'missing', urls: [url] };
  const { policies, problems } = readRemotePolicies(text, url);
  const problem = problems[0]?.message ?? null;
  return { kind: 'fetched', url, policies: problem === null ? policies : [], problem };
}
