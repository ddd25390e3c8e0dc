import {
  onDemandPolicy,
  subjectFromData,
  subjectTypeOf,
  type Policy,
  type Subject,
  type SubjectType,
} from '@millrace/gate-policy';
import { parseStamp, type Stamp } from '../../domain/stamp';
import { badRequest, isReply, type Reply } from '../reply';

type Body = Readonly<Record<string, unknown>>;

export interface DecisionRequest {
  readonly productVersion: string;
  /** The gating points; empty when rules are given. */
  readonly contexts: readonly string[];
  /** The policy that the request's own rules are; null: those that are known. */
  readonly onDemand: Policy | null;
  readonly subjects: readonly Subject[];
  readonly verbose: boolean;
  readonly ignoreResults: readonly number[];
  readonly ignoreWaivers: readonly number[];
  readonly when: Stamp | null;
}

const mostSubjects = 1000;
const mostContexts = 100;

/** Reads the body of POST /decision, or answers what is wrong with it in Greenwave's words and order. */
export function decisionRequest(body: Body, types: readonly SubjectType[]): DecisionRequest | Reply {
  const productVersion = body['product_version'];
  if (!isText(productVersion)) return badRequest('Missing required product version');
  const contexts = contextsOf(body['decision_context']);
  const rules = body['rules'] ?? [];
  const hasRules = !Array.isArray(rules) || rules.length > 0;
  if (contexts.length === 0 && !hasRules) return badRequest('Either decision_context or rules is required.');
  if (contexts.length > 0 && hasRules) return badRequest('Cannot have both decision_context and rules');
  const early = hasRules ? subjectsOf(body, types) : null;
  if (early !== null && isReply(early)) return early;
  const onDemand = hasRules ? onDemandPolicy(body) : null;
  if (typeof onDemand === 'string') return badRequest(onDemand);
  const whatIf = whatIfOf(body);
  if (isReply(whatIf)) return whatIf;
  const subjects = early ?? subjectsOf(body, types);
  if (isReply(subjects)) return subjects;
  return { productVersion, contexts, onDemand, subjects, ...whatIf };
}

type WhatIf = Pick<DecisionRequest, 'verbose' | 'ignoreResults' | 'ignoreWaivers' | 'when'>;

function whatIfOf(body: Body): WhatIf | Reply {
  const verbose = body['verbose'] ?? false;
  if (typeof verbose !== 'boolean') return badRequest('Invalid verbose flag, must be a bool');
  const ignoreResults = numbersOf(body, 'ignore_result');
  const ignoreWaivers = numbersOf(body, 'ignore_waiver');
  if (!ignoreResults) return badRequest('Invalid ignore_result, must be a list of integers');
  if (!ignoreWaivers) return badRequest('Invalid ignore_waiver, must be a list of integers');
  const when = body['when'] ? whenOf(body['when']) : null;
  if (when === false) return badRequest('Invalid "when" parameter, must be in ISO8601 format');
  return { verbose, ignoreResults, ignoreWaivers, when };
}

function contextsOf(given: unknown): readonly string[] {
  return [given ?? []].flat().filter(isText).slice(0, mostContexts);
}

/** A fraction is mandatory there. */
function whenOf(given: unknown): Stamp | false {
  const written = typeof given === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{1,6}$/.test(given);
  return written ? (parseStamp(given) ?? false) : false;
}

function subjectsOf(body: Body, types: readonly SubjectType[]): readonly Subject[] | Reply {
  const { subject_type, subject_identifier, subject } = body;
  if ('subject' in body) return listedSubjects(subject, types);
  if (!isText(subject_type)) return badRequest('Missing required "subject_type" parameter');
  if (!isText(subject_identifier)) return badRequest('Missing required "subject_identifier" parameter');
  return [{ type: subjectTypeOf(subject_type, types), item: subject_identifier }];
}

function listedSubjects(given: unknown, types: readonly SubjectType[]): readonly Subject[] | Reply {
  const isList = Array.isArray(given) && given.length > 0 && given.length <= mostSubjects;
  if (!isList || !given.every(isDict)) return badRequest('Invalid subject, must be a list of dicts');
  const subjects = given.map((one) => subjectFromData(one, types));
  const known = subjects.filter((one) => one !== null);
  return known.length === subjects.length ? known : badRequest('Could not detect subject_identifier.');
}

function isDict(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numbersOf(body: Body, field: string): readonly number[] | null {
  const given = body[field] ?? [];
  return Array.isArray(given) && given.every((one) => Number.isInteger(one)) ? (given as number[]) : null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 512;
}
