import type { Problem } from '../reply';
import { subjectOfDict } from './bodies';
import type { WaiverFilter } from './find';

/** The `results` of a question by subjects and test cases, as filters. */
export function subjectFilters(given: unknown): {
  readonly filters: readonly WaiverFilter[];
  readonly problems: readonly Problem[];
} {
  if (!Array.isArray(given)) {
    return { filters: [], problems: [problem(['results'], 'list_type', 'Input should be a valid list', given)] };
  }
  const problems: Problem[] = [];
  const filters = given.slice(0, 1000).map((one: unknown, n) => filterOf(Object(one) as Body, n, problems));
  return { filters, problems };
}

type Body = Readonly<Record<string, unknown>>;

function filterOf(one: Body, n: number, problems: Problem[]): WaiverFilter {
  const at = (name: string): readonly (string | number)[] => ['results', n, name];
  const { testcase, subject } = one;
  if (testcase === undefined) problems.push(problem(at('testcase'), 'missing', 'Field required', one));
  else if (typeof testcase !== 'string') {
    problems.push(problem(at('testcase'), 'string_type', 'Input should be a valid string', testcase));
  }
  const isDict = typeof subject === 'object' && subject !== null && !Array.isArray(subject);
  if (subject === undefined) problems.push(problem(at('subject'), 'missing', 'Field required', one));
  else if (!isDict) {
    const msg = 'Input should be a valid dictionary or instance of TestSubject';
    problems.push(problem(at('subject'), 'model_type', msg, subject));
  }
  // What is no subject that we know finds nothing.
  const named = (isDict ? subjectOfDict(subject as Body) : null) ?? { type: '', id: '' };
  return {
    subject_type: named.type,
    subject_identifier: named.id,
    ...(typeof testcase === 'string' ? { testcase } : {}),
  };
}

function problem(loc: readonly (string | number)[], type: string, msg: string, input: unknown): Problem {
  return { type, loc, msg, input };
}
