import type { WaiverDraft } from '../../domain/input';
import { parseStamp } from '../../domain/stamp';
import { waiverScopes, type WaiverScope } from '../../domain/state';
import { isReply, missingField, notString, tooShort, valueError, type Problem, type Reply } from '../reply';

type Body = Readonly<Record<string, unknown>>;

/** A waiver as somebody posted it; its subject may have to be found by a result. */
export interface PostedWaiver extends Omit<
  WaiverDraft,
  'subject_type' | 'subject_id' | 'testcase' | 'username' | 'proxied_by'
> {
  readonly subject: { readonly type: string; readonly id: string } | { readonly result: number };
  readonly testcase: string | null;
  /** In whose name; null: the poster's own. */
  readonly username: string | null;
}

const mostWaivers = 1000;
const longest = 512;

/** Reads the body of POST /waivers/: one or a list. What is wrong is said as pydantic says it of a union of both. */
export function postedWaivers(body: unknown): readonly PostedWaiver[] | readonly Problem[] | Reply {
  if (!Array.isArray(body)) {
    const one = postedWaiver(body, ['CreateWaiver']);
    return isPosted(one) ? [one] : [...one, wrongKind('list[CreateWaiver]', 'list_type', 'list', body)];
  }
  if (body.length > mostWaivers) return { status: 413, body: { message: `At most ${mostWaivers} waivers are taken` } };
  const all = body.map((one: unknown, n) => postedWaiver(one, ['list[CreateWaiver]', n]));
  const good = all.filter(isPosted);
  if (good.length === all.length) return good;
  const wrong = all.flatMap((one) => (isPosted(one) ? [] : one));
  return [modelType(['CreateWaiver'], 'CreateWaiver', body), ...wrong];
}

export function areWaivers(read: ReturnType<typeof postedWaivers>): read is readonly PostedWaiver[] {
  return !isReply(read) && read.every((one) => 'subject' in one);
}

function isPosted(read: PostedWaiver | readonly Problem[]): read is PostedWaiver {
  return !Array.isArray(read);
}

const texts = ['subject_type', 'subject_identifier', 'testcase', 'username', 'scenario', 'ticket'] as const;
const conflicting = ['subject_identifier', 'subject_type', 'subject', 'testcase', 'scenario'];

function postedWaiver(body: unknown, at: readonly (string | number)[]): PostedWaiver | readonly Problem[] {
  if (!isDict(body)) return [modelType(at, 'CreateWaiver', body)];
  const problems: Problem[] = [];
  for (const name of texts) optionalText(body, name, problems);
  const product_version = requiredText(body, 'product_version', problems);
  const comment = requiredText(body, 'comment', problems);
  const waived = body['waived'] === undefined ? true : booleanOf(body['waived'], problems);
  const expires_at = expiryOf(body['expires'] ?? null, problems);
  const scope = scopeOf(body['scope'] ?? 'build', problems);
  const result = body['result_id'] ?? null;
  if (result !== null && !Number.isInteger(result)) problems.push(notInteger('result_id', result));
  if (isGiven(body, 'subject') && !isDict(body['subject'])) {
    problems.push(modelType(['subject'], 'TestSubject', body['subject']));
  }
  if (problems.length === 0) problems.push(...conflicts(body).map((text) => valueError('', text, body)));
  const subject = subjectOf(body, result as number | null);
  if (problems.length > 0 || subject === null) return problems.map((problem) => placed(problem, at));
  const [testcase, username, scenario, ticket] = (['testcase', 'username', 'scenario', 'ticket'] as const).map((name) =>
    textOf(body, name),
  ) as [string | null, string | null, string | null, string | null];
  return { subject, testcase, username, scenario, ticket, product_version, comment, waived, expires_at, scope };
}

/** What pydantic checks once each member is fine by itself: the first that does not hold is said. */
function conflicts(body: Body): readonly string[] {
  if (isGiven(body, 'result_id')) {
    if (!conflicting.some((name) => isGiven(body, name))) return [];
    return [`result_id argument should not be used together with arguments: ${conflicting.join(', ')}`];
  }
  if (!isGiven(body, 'testcase')) return ['Argument testcase is missing'];
  const direct = ['subject_identifier', 'subject_type'];
  if (isGiven(body, 'subject')) {
    if (direct.some((name) => isGiven(body, name))) {
      return [`subject argument should not be used together with arguments: ${direct.join(', ')}`];
    }
    if (subjectOf(body, null) !== null) return [];
    return [
      `Subject type should be non empty string, actual value is: ${JSON.stringify(body['subject']).slice(0, 300)}`,
    ];
  }
  if (direct.every((name) => isGiven(body, name))) return [];
  return [`subject must be defined using result_id or subject or both ${direct.join(', ')}`];
}

function subjectOf(body: Body, result: number | null): PostedWaiver['subject'] | null {
  if (result !== null) return { result };
  if (isDict(body['subject'])) return subjectOfDict(body['subject']);
  const [type, id] = [textOf(body, 'subject_type'), textOf(body, 'subject_identifier')];
  return type === null || id === null ? null : { type: canonicalType(type), id };
}

/** WaiverDB before 0.11 took the subject as data. */
export function subjectOfDict(subject: Body): { readonly type: string; readonly id: string } | null {
  const [type, item] = [textOf(subject, 'type'), textOf(subject, 'item')];
  if (type !== null && item !== null && canonicalType(type) === 'koji_build') return { type: 'koji_build', id: item };
  const nvr = textOf(subject, 'original_spec_nvr');
  if (nvr !== null) return { type: 'koji_build', id: nvr };
  const compose = textOf(subject, 'productmd.compose.id');
  if (compose !== null) return { type: 'compose', id: compose };
  return type !== null && item !== null ? { type, id: item } : null;
}

function canonicalType(type: string): string {
  return type === 'brew-build' ? 'koji_build' : type;
}

function requiredText(body: Body, name: string, problems: Problem[]): string {
  const value = body[name];
  if (value === undefined) problems.push(missingField(name, body));
  else if (typeof value !== 'string') problems.push(notString(name, value));
  else if (value === '') problems.push(tooShort(name, value));
  else if (value.length > 8192) problems.push(tooLong(name, value, 8192));
  return typeof value === 'string' ? value : '';
}

function optionalText(body: Body, name: string, problems: Problem[]): void {
  const value = body[name] ?? null;
  if (value !== null && typeof value !== 'string') problems.push(notString(name, value));
  if (typeof value === 'string' && value.length > longest) problems.push(tooLong(name, value, longest));
}

/** pydantic takes more than `true` and `false`. */
function booleanOf(value: unknown, problems: Problem[]): boolean {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if ([true, 1, '1', 'true', 't', 'yes', 'y', 'on'].includes(word as never)) return true;
  if ([false, 0, '0', 'false', 'f', 'no', 'n', 'off'].includes(word as never)) return false;
  const msg = 'Input should be a valid boolean, unable to interpret input';
  problems.push({ type: 'bool_parsing', loc: ['waived'], msg, input: value });
  return true;
}

function expiryOf(value: unknown, problems: Problem[]): string | null {
  const stamp = typeof value === 'string' ? parseStamp(value) : null;
  if (value !== null && stamp === null) problems.push(valueError('expires', 'must be in ISO8601 format', value));
  return stamp;
}

function scopeOf(value: unknown, problems: Problem[]): WaiverScope {
  const scope = waiverScopes.find((one) => one === value);
  if (!scope) problems.push(valueError('scope', `must be one of: ${waiverScopes.join(', ')}`, value));
  return scope ?? 'build';
}

function isDict(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isGiven(body: Body, name: string): boolean {
  return body[name] !== undefined && body[name] !== null;
}

function textOf(body: Body, name: string): string | null {
  const value = body[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function placed(problem: Problem, at: readonly (string | number)[]): Problem {
  return { ...problem, loc: [...at, ...problem.loc.filter((part) => part !== '')] };
}

function modelType(loc: readonly (string | number)[], model: string, input: unknown): Problem {
  return { type: 'model_type', loc, msg: `Input should be a valid dictionary or instance of ${model}`, input };
}

function wrongKind(where: string, type: string, kind: string, input: unknown): Problem {
  return { type, loc: [where], msg: `Input should be a valid ${kind}`, input };
}

function notInteger(field: string, input: unknown): Problem {
  return { type: 'int_type', loc: [field], msg: 'Input should be a valid integer', input };
}

function tooLong(field: string, input: unknown, most: number): Problem {
  return { type: 'string_too_long', loc: [field], msg: `String should have at most ${most} characters`, input };
}
