import { crop, valuesOf } from '../../domain/bounds';
import type { GroupDraft, ResultDraft } from '../../domain/input';
import { parseStamp, stampFrom, type Stamp } from '../../domain/stamp';
import {
  badRequest,
  invalid,
  isReply,
  missingField,
  notString,
  tooShort,
  valueError,
  type Problem,
  type Reply,
} from '../reply';

type Body = Readonly<Record<string, unknown>>;

const longestName = 255;
const mostKeys = 100;

/** The body of POST /results as a result, or the answer that says what is wrong with it. */
export function resultOf(body: Body, outcomes: readonly string[], source: string | null): ResultDraft | Reply {
  const problems: Problem[] = [];
  const outcome = outcomeOf(body, outcomes, problems);
  const testcase = testcaseOf(body, problems);
  const submit_time = submitTimeOf(body, problems);
  const groups = groupsOf(body, problems);
  const data = dataOf(body, problems);
  const [note, ref_url] = [optionalText(body, 'note', problems), optionalText(body, 'ref_url', problems)];
  if (isReply(data)) return data;
  if (problems.length > 0) return invalid(problems);
  return {
    source,
    testcase,
    outcome,
    ref_url: ref_url ?? null,
    note: note ?? null,
    groups,
    data,
    submit_time,
    occurred: null,
    release: null,
  };
}

export function groupOf(body: Body): GroupDraft | Reply {
  const problems: Problem[] = [];
  const group = groupDraft(body, problems);
  return problems.length > 0 ? invalid(problems) : group;
}

export function testcaseBody(body: Body): { readonly name: string; readonly ref_url?: string } | Reply {
  const problems: Problem[] = [];
  const name = body['name'];
  if (name === undefined) problems.push(missingField('name', body));
  else if (typeof name !== 'string') problems.push(notString('name', name));
  else if (name === '') problems.push(tooShort('name', name));
  else if (name.length > longestName) problems.push(tooLong('name', name));
  const ref_url = optionalText(body, 'ref_url', problems);
  if (problems.length > 0) return invalid(problems);
  return { name: name as string, ...(ref_url === undefined ? {} : { ref_url }) };
}

function outcomeOf(body: Body, outcomes: readonly string[], problems: Problem[]): string {
  const given = body['outcome'];
  if (given === undefined) problems.push(missingField('outcome', body));
  else if (typeof given !== 'string') problems.push(notString('outcome', given));
  else if (given.trim() === '') problems.push(tooShort('outcome', given));
  else if (!outcomes.includes(given.trim().toUpperCase()))
    problems.push(valueError('outcome', `must be one of: ${outcomes.join(', ')}`, given));
  return typeof given === 'string' ? given.trim().toUpperCase() : '';
}

function testcaseOf(body: Body, problems: Problem[]): ResultDraft['testcase'] {
  const given = body['testcase'];
  const named = isObject(given) ? given : { name: given };
  const { name, ref_url } = named as { readonly name?: unknown; readonly ref_url?: unknown };
  if (given === undefined) problems.push(missingField('testcase', body));
  else if (typeof name !== 'string' || name === '')
    problems.push(valueError('testcase', 'testcase name must be non-empty', given));
  else if (name.length > longestName) problems.push(tooLong('testcase', name));
  return { name: String(name), ...(typeof ref_url === 'string' ? { ref_url: crop(ref_url, 2048) } : {}) };
}

function submitTimeOf(body: Body, problems: Problem[]): Stamp | null {
  const given = body['submit_time'];
  if (given === undefined || given === null) return null;
  const stamp = stampGiven(given);
  if (stamp !== null) return stamp;
  const shown = typeof given === 'string' ? `'${crop(given, 100)}'` : crop(JSON.stringify(given), 100);
  const expected = 'Expected timestamp in milliseconds or datetime (in format YYYY-MM-DDTHH:MM:SS.ffffff)';
  problems.push(valueError('submit_time', `${expected}, got ${shown}`, given));
  return null;
}

function stampGiven(given: unknown): Stamp | null {
  const ms =
    typeof given === 'number' || (typeof given === 'string' && /^\d{1,15}$/.test(given)) ? Number(given) : null;
  if (ms !== null) return Number.isSafeInteger(ms) && ms >= 0 && ms < 253_402_300_800_000 ? stampFrom(ms * 1000) : null;
  return typeof given === 'string' && given.length <= 64 ? parseStamp(given) : null;
}

function groupsOf(body: Body, problems: Problem[]): readonly GroupDraft[] {
  const given = body['groups'] ?? [];
  if (!Array.isArray(given) || given.length > mostKeys) {
    problems.push({
      type: 'list_type',
      loc: ['groups'],
      msg: `Input should be a valid list of at most ${mostKeys}`,
      input: null,
    });
    return [];
  }
  return given.map((one: unknown) => groupDraft(isObject(one) ? one : { uuid: one }, problems));
}

function groupDraft(body: Body, problems: Problem[]): GroupDraft {
  const uuid = optionalText(body, 'uuid', problems, longestName);
  const description = optionalText(body, 'description', problems);
  const ref_url = optionalText(body, 'ref_url', problems);
  return {
    uuid: uuid || null,
    ...(description ? { description } : {}),
    ...(ref_url ? { ref_url } : {}),
  };
}

function dataOf(body: Body, problems: Problem[]): ResultDraft['data'] | Reply {
  const given = body['data'] ?? {};
  if (!isObject(given)) {
    problems.push({ type: 'dict_type', loc: ['data'], msg: 'Input should be a valid dictionary', input: given });
    return {};
  }
  const keys = Object.keys(given);
  const bad = keys.filter((key) => key.includes(':'));
  if (bad.length > 0) return badRequest(`Colon not allowed in key name: [${bad.map(pythonText).join(', ')}]`);
  if (keys.length > mostKeys || keys.some((key) => key.length > longestName)) {
    const msg = `Input should have at most ${mostKeys} keys of at most ${longestName} characters`;
    problems.push({ type: 'too_long', loc: ['data'], msg, input: keys.length });
    return {};
  }
  return Object.fromEntries(keys.map((key) => [key, valuesOf(given[key])]));
}

function optionalText(body: Body, field: string, problems: Problem[], longest?: number): string | undefined {
  const given = body[field];
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'string') problems.push(notString(field, given));
  else if (longest !== undefined && given.length > longest) problems.push(tooLong(field, given));
  return crop(String(given));
}

function tooLong(field: string, input: string): Problem {
  const msg = `String should have at most ${longestName} characters`;
  return { type: 'string_too_long', loc: [field], msg, input: crop(input, 300) };
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pythonText(text: string): string {
  return `'${crop(text, 100).replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}
