import { longestValue } from '../../domain/bounds';
import type { ResultDraft } from '../../domain/input';
import { invalid, missingField, notString, tooShort, valueError, type Problem, type Reply } from '../reply';
import type { Artifact, Field } from './artifacts';

type Body = Readonly<Record<string, unknown>>;

/** Members that are parts of the result itself, not of its data. */
const own = new Set(['testcase', 'testcase_ref_url', 'outcome', 'ref_url', 'note', 'scratch']);
const further = ['QUEUED', 'RUNNING', 'ERROR'];
const mostTexts = 100;

/** The body of a POST as a result, or the answer that says what is wrong with it. */
export function draftOf(
  artifact: Artifact,
  body: unknown,
  { outcomes, source, user }: { outcomes: readonly string[]; source: string | null; user: string },
): ResultDraft | Reply {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const msg = `Input should be a valid dictionary or instance of ${artifact.model}`;
    return invalid([{ type: 'model_type', loc: [], msg, input: body }]);
  }
  const given = body as Body;
  const known = [...outcomes, ...further.filter((outcome) => !outcomes.includes(outcome))];
  const problems = Object.entries(artifact.fields).flatMap(([name, field]) => problemsOf(name, field, given));
  if (typeof given['outcome'] === 'string' && !known.includes(given['outcome']))
    problems.push(valueError('outcome', `must be one of: ${known.join(', ')}`, given['outcome']));
  if (
    problems.length === 0 &&
    given['outcome'] !== 'ERROR' &&
    (isThere(given, 'error_reason') || isThere(given, 'issue_url'))
  ) {
    const msg = 'Value error, error_reason and issue_url can be only set for ERROR outcome';
    problems.push({ type: 'value_error', loc: [], msg, input: null });
  }
  if (problems.length > 0) return invalid(problems);
  return {
    source,
    testcase: {
      name: String(given['testcase']),
      ...(isThere(given, 'testcase_ref_url') ? { ref_url: String(given['testcase_ref_url']) } : {}),
    },
    outcome: String(given['outcome']),
    ref_url: isThere(given, 'ref_url') ? String(given['ref_url']) : null,
    note: isThere(given, 'note') ? String(given['note']) : null,
    groups: [],
    data: dataOf(artifact, given, user),
    submit_time: null,
    occurred: null,
    release: null,
  };
}

function dataOf(artifact: Artifact, given: Body, user: string): ResultDraft['data'] {
  const isCompose = artifact.type === 'productmd-compose';
  const members = Object.keys(artifact.fields).filter(
    (name) => !own.has(name) && isThere(given, name) && !(isCompose && name === 'id'),
  );
  const scratch = given['scratch'] === true || given['scratch'] === 'true';
  const place = `${String(given['id'])}/${text(given, 'system_variant') || 'unknown'}/${text(given, 'system_architecture')}`;
  return {
    username: [user],
    type: [scratch ? `${artifact.type}_scratch` : artifact.type],
    ...Object.fromEntries(members.map((name) => [name, [given[name]].flat().map(String)])),
    ...(isCompose ? { item: [place, String(given['id'])] } : {}),
  };
}

function text(given: Body, name: string): string {
  return isThere(given, name) ? String(given[name]) : '';
}

function isThere(given: Body, name: string): boolean {
  return given[name] !== undefined && given[name] !== null;
}

function problemsOf(name: string, field: Field, given: Body): Problem[] {
  const value = given[name];
  if (!isThere(given, name)) {
    if (!field.required) return [];
    return [value === undefined ? missingField(name, given) : notString(name, value)];
  }
  switch (field.kind) {
    case 'integer':
      return /^-?\d{1,15}$/.test(String(value)) ? [] : [wrong(name, 'int_parsing', 'a valid integer', value)];
    case 'flag':
      return typeof value === 'boolean' || value === 'true' || value === 'false'
        ? []
        : [wrong(name, 'bool_parsing', 'a valid boolean', value)];
    case 'texts':
      return Array.isArray(value) &&
        value.length <= mostTexts &&
        value.every((one) => textProblems(name, one).length === 0)
        ? []
        : [wrong(name, 'list_type', `a valid list of at most ${mostTexts} strings`, value)];
    default:
      return [...textProblems(name, value), ...(typeof value === 'string' ? formProblems(name, field, value) : [])];
  }
}

function textProblems(name: string, value: unknown): Problem[] {
  if (typeof value !== 'string') return [notString(name, value)];
  if (value.length <= longestValue) return [];
  const msg = `String should have at most ${longestValue} characters`;
  return [{ type: 'string_too_long', loc: [name], msg, input: value.slice(0, 300) }];
}

function formProblems(name: string, { kind }: Field, value: string): Problem[] {
  if (kind === 'name' && value === '') return [tooShort(name, value)];
  if (name === 'testcase' && value.length > 255)
    return [{ type: 'string_too_long', loc: [name], msg: 'String should have at most 255 characters', input: value }];
  if (kind === 'url' && !/^https?:\/\/[^\s/]+/i.test(value))
    return [wrong(name, 'url_parsing', 'a valid URL, relative URL without a base', value)];
  if (kind === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
    return [{ type: 'value_error', loc: [name], msg: 'value is not a valid email address', input: value }];
  return [];
}

function wrong(name: string, type: string, what: string, input: unknown): Problem {
  return { type, loc: [name], msg: `Input should be ${what}`, input };
}
