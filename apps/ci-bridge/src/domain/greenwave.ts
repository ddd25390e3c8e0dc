import { parseNvr } from '@millrace/kernel';
import { globMatches, type ReleaseDefinition } from '@millrace/contracts';
import { classOf, variationOf } from './latest';
import type { Stamp } from './stamp';
import type { ResultRow, WaiverRow } from './state';
import { sameType } from './subject';

/** What Greenwave decides about. */
export interface GreenwaveSubject {
  readonly type: string;
  readonly item: string;
}

export interface GreenwaveRule {
  readonly testcase: string;
  readonly scenario: string | null;
  readonly validSince: Stamp | null;
  readonly validUntil: Stamp | null;
}

export interface GreenwavePolicy {
  readonly id: string;
  readonly rules: readonly GreenwaveRule[];
}

/** One requirement in Greenwave's form; what it holds beside the type depends on that. */
export type Requirement = Readonly<Record<string, unknown>> & { readonly type: string };

export interface SubjectAnswers {
  readonly satisfied: readonly Requirement[];
  readonly unsatisfied: readonly Requirement[];
}

/** Subject types that a policy may be missing for. */
const ignoreMissingPolicy: readonly string[] = ['bodhi_update'];

export function mayLackPolicy(subject: GreenwaveSubject): boolean {
  return ignoreMissingPolicy.includes(subject.type);
}

/** The gate policies of releases as Greenwave's policies: a release's product version is its policies'. */
export function policiesOf(
  definitions: readonly ReleaseDefinition[],
  subject: GreenwaveSubject,
  productVersion: string,
  contexts: readonly string[],
): readonly GreenwavePolicy[] {
  const name = parseNvr(subject.item)?.name ?? subject.item;
  return definitions
    .filter((definition) => definition.product_version === productVersion)
    .flatMap((definition) => definition.gates.map((gate) => ({ gate, id: `${definition.release}/${gate.id}` })))
    .filter(
      ({ gate }) =>
        contexts.includes(gate.decision_context) &&
        gate.subject_types.some((type) => sameType(type, subject.type)) &&
        gate.packages.some((glob) => globMatches(glob, name)) &&
        !gate.excluded_packages.some((glob) => globMatches(glob, name)),
    )
    .map(({ gate, id }) => ({
      id,
      rules: gate.rules.map(({ test, scenario = null }) => ({
        testcase: test,
        scenario,
        validSince: null,
        validUntil: null,
      })),
    }));
}

/** Equal rules are evaluated once per subject; each place where a test ran gives an answer of its own. */
export function answersFor(
  subject: GreenwaveSubject,
  rules: readonly GreenwaveRule[],
  results: readonly ResultRow[],
  waivers: readonly WaiverRow[],
  when: Stamp,
): SubjectAnswers {
  const valid = rules.filter(
    ({ validSince, validUntil }) =>
      (validSince === null || validSince <= when) && (validUntil === null || when < validUntil),
  );
  const once = [...new Map(valid.map((rule) => [`${rule.testcase}|${rule.scenario ?? ''}`, rule])).values()];
  const answers = once.flatMap((rule) => answersToRule(subject, rule, results));
  const settled = answers.map((answer) => (answer.type === 'test-result-passed' ? answer : waived(answer, waivers)));
  return { satisfied: settled.filter(isSatisfied), unsatisfied: settled.filter((answer) => !isSatisfied(answer)) };
}

/** Greenwave's summary, word for word. */
export function summaryOf(satisfied: readonly Requirement[], unsatisfied: readonly Requirement[]): string {
  const total = satisfied.length + unsatisfied.length;
  if (total === 0) return 'No tests are required';
  if (unsatisfied.length === 0) return `All required tests (${total} total) have passed or been waived`;
  const incomplete = unsatisfied.filter((one) => one.type === 'test-result-missing' && 'result_id' in one).length;
  const missing = unsatisfied.filter((one) => one.type === 'test-result-missing').length - incomplete;
  const failed = unsatisfied.filter((one) => one.type === 'test-result-failed').length;
  const errored = unsatisfied.filter((one) => one.type === 'test-result-errored').length;
  const parts = [
    counted(missing, 'result', 'missing'),
    counted(errored, 'test', 'errored'),
    counted(failed, 'test', 'failed'),
    counted(incomplete, 'test', 'incomplete'),
  ];
  const texts = parts.filter((text) => text !== null).sort();
  return `Of ${total} required ${total === 1 ? 'test' : 'tests'}, ${texts.join(', ')}`;
}

function counted(count: number, noun: string, state: string): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? '' : 's'} ${state}`;
}

function isSatisfied({ type }: Requirement): boolean {
  return type === 'test-result-passed' || type.endsWith('-waived');
}

function answersToRule(
  subject: GreenwaveSubject,
  rule: GreenwaveRule,
  results: readonly ResultRow[],
): readonly Requirement[] {
  const about = results.filter(
    (result) =>
      result.testcase === rule.testcase &&
      (rule.scenario === null || (result.data['scenario'] ?? []).includes(rule.scenario)),
  );
  const base = {
    testcase: rule.testcase,
    subject_type: subject.type,
    subject_identifier: subject.item,
    source: null,
  };
  if (about.length === 0) {
    return [{ type: 'test-result-missing', ...base, scenario: rule.scenario, item: itemOf(subject) }];
  }
  return newestPerPlace(about).map((result) => requirementOf(subject, base, result));
}

function requirementOf(subject: GreenwaveSubject, base: object, result: ResultRow): Requirement {
  const { scenario, architecture, variant } = variationOf(result);
  const place = { scenario, system_architecture: architecture, system_variant: variant };
  const whole = { ...base, result_id: result.number, ...place };
  switch (classOf(result.outcome)) {
    case 'passed':
      return { type: 'test-result-passed', ...whole };
    case 'queued':
    case 'running':
      return { type: 'test-result-missing', ...whole, item: itemOf(subject) };
    case 'errored':
      return {
        type: 'test-result-errored',
        ...whole,
        item: itemOf(subject),
        error_reason: result.data['error_reason']?.[0] ?? null,
      };
    case 'failed':
      return { type: 'test-result-failed', ...whole, item: itemOf(subject) };
  }
}

/** As Greenwave asks ResultsDB: what was submitted last per scenario, architecture and variant. */
function newestPerPlace(results: readonly ResultRow[]): readonly ResultRow[] {
  const newest = new Map<string, ResultRow>();
  const order = (a: ResultRow, b: ResultRow): number =>
    a.submit_time === b.submit_time ? b.number - a.number : a.submit_time < b.submit_time ? 1 : -1;
  for (const result of [...results].sort(order)) {
    const key = JSON.stringify(variationOf(result));
    if (!newest.has(key)) newest.set(key, result);
  }
  return [...newest.values()];
}

function waived(answer: Requirement, waivers: readonly WaiverRow[]): Requirement {
  const waiver = waivers.find(
    (one) => one.testcase === answer['testcase'] && (one.scenario === null || one.scenario === answer['scenario']),
  );
  if (!waiver?.waived) return answer;
  const kept = Object.fromEntries(Object.entries(answer).filter(([key]) => key !== 'item'));
  return { ...kept, type: `${answer.type}-waived`, waiver_id: waiver.number };
}

function itemOf({ type, item }: GreenwaveSubject): object {
  return type === 'compose' ? { 'productmd.compose.id': item } : { type, item };
}
