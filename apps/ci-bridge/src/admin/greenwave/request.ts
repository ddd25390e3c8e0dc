import type { GreenwaveRule, GreenwaveSubject } from '../../domain/greenwave';
import { parseStamp, type Stamp } from '../../domain/stamp';
import { badRequest, isReply, type Reply } from '../reply';

type Body = Readonly<Record<string, unknown>>;

export interface DecisionRequest {
  readonly productVersion: string;
  /** The gating points; empty when rules are given. */
  readonly contexts: readonly string[];
  /** null: those of the policies. */
  readonly rules: readonly GreenwaveRule[] | null;
  readonly subjects: readonly GreenwaveSubject[];
  readonly verbose: boolean;
  readonly ignoreResults: readonly number[];
  readonly ignoreWaivers: readonly number[];
  readonly when: Stamp | null;
}

const mostSubjects = 1000;

/** Reads the body of POST /decision, or answers what is wrong with it in Greenwave's words. */
export function decisionRequest(body: Body): DecisionRequest | Reply {
  const productVersion = body['product_version'];
  if (typeof productVersion !== 'string' || productVersion === '')
    return badRequest('Missing required product version');
  const contexts = [body['decision_context'] ?? []].flat().filter(isText);
  const rules = body['rules'] === undefined ? null : rulesOf(body['rules']);
  if (rules !== null && isReply(rules)) return rules;
  if (contexts.length === 0 && !rules?.length) return badRequest('Either decision_context or rules is required.');
  if (contexts.length > 0 && rules?.length) return badRequest('Cannot have both decision_context and rules');
  const subjects = subjectsOf(body);
  if (isReply(subjects)) return subjects;
  const verbose = body['verbose'] ?? false;
  if (typeof verbose !== 'boolean') return badRequest('Invalid verbose flag, must be a bool');
  const ignoreResults = numbersOf(body, 'ignore_result');
  const ignoreWaivers = numbersOf(body, 'ignore_waiver');
  if (!ignoreResults) return badRequest('Invalid ignore_result, must be a list of integers');
  if (!ignoreWaivers) return badRequest('Invalid ignore_waiver, must be a list of integers');
  const when = body['when'] === undefined || body['when'] === null ? null : whenOf(body['when']);
  if (when === false) return badRequest('Invalid "when" parameter, must be in ISO8601 format');
  return { productVersion, contexts, rules, subjects, verbose, ignoreResults, ignoreWaivers, when };
}

/** A fraction is mandatory there. */
function whenOf(given: unknown): Stamp | false {
  return typeof given === 'string' && /\.\d{1,6}$/.test(given) ? (parseStamp(given) ?? false) : false;
}

function rulesOf(given: unknown): readonly GreenwaveRule[] | Reply {
  if (!Array.isArray(given) || given.length > 1000) return badRequest('Invalid rules, must be a list of rules');
  const rules: GreenwaveRule[] = [];
  for (const one of given as unknown[]) {
    const { type, test_case_name, scenario, valid_since, valid_until } = Object(one) as Body;
    if (type === 'RemoteRule') return badRequest('Rules of type RemoteRule are not supported');
    if (type !== 'PassingTestCaseRule' || !isText(test_case_name)) {
      return badRequest('Invalid rules: each needs the type PassingTestCaseRule and a test_case_name');
    }
    rules.push({
      testcase: test_case_name,
      scenario: isText(scenario) ? scenario : null,
      validSince: isText(valid_since) ? parseStamp(valid_since) : null,
      validUntil: isText(valid_until) ? parseStamp(valid_until) : null,
    });
  }
  return rules;
}

function subjectsOf(body: Body): readonly GreenwaveSubject[] | Reply {
  const { subject_type, subject_identifier, subject } = body;
  if (subject !== undefined) return listedSubjects(subject);
  if (!isText(subject_type)) return badRequest('Missing required "subject_type" parameter');
  if (!isText(subject_identifier)) return badRequest('Missing required "subject_identifier" parameter');
  return [{ type: canonicalType(subject_type), item: subject_identifier }];
}

function listedSubjects(given: unknown): readonly GreenwaveSubject[] | Reply {
  const invalid = badRequest('Invalid subject, must be a list of dicts');
  if (!Array.isArray(given) || given.length === 0 || given.length > mostSubjects) return invalid;
  const subjects = given.map((one: unknown) => listedSubject(Object(one) as Body));
  const known = subjects.filter((one) => one !== null);
  return known.length === subjects.length ? known : invalid;
}

function listedSubject(one: Body): GreenwaveSubject | null {
  const { type, item } = one;
  if (isText(type) && isText(item)) return { type: canonicalType(type), item };
  const nvr = one['original_spec_nvr'];
  if (isText(nvr)) return { type: 'koji_build', item: nvr };
  const compose = one['productmd.compose.id'];
  return isText(compose) ? { type: 'compose', item: compose } : null;
}

function canonicalType(type: string): string {
  return type === 'brew-build' ? 'koji_build' : type;
}

function numbersOf(body: Body, field: string): readonly number[] | null {
  const given = body[field] ?? [];
  return Array.isArray(given) && given.every((one) => Number.isInteger(one)) ? (given as number[]) : null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 512;
}
