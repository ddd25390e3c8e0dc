import type { FileTest } from '../files';
import { wrong } from '../wrong';

const mostTests = 1000;

/**
 * The tests of a TAP stream, version 12 to 14 (https://testanything.org); those of subtests are their parent's. A test
 * that the plan promised and that is not there, and a stream that bailed out, are errors.
 */
export function tapTests(content: string): readonly FileTest[] {
  const tests: FileTest[] = [];
  let planned: number | null = null;
  for (const line of content.split(/\r?\n/)) {
    const plan = /^1\.\.(\d{1,6})\b/.exec(line);
    if (plan) planned = Number(plan[1]);
    if (/^Bail out!/.test(line))
      tests.push({ name: 'bail-out', outcome: 'ERROR', note: line.slice('Bail out!'.length).trim() });
    const test = testOf(line, tests.length + 1);
    if (test) tests.push(test);
    if (tests.length > mostTests) throw wrong([], `has more than ${mostTests} tests`);
  }
  if (planned === null && tests.length === 0) throw wrong([], 'has neither a plan (1..N) nor a test line');
  const missing = (planned ?? tests.length) - tests.length;
  if (missing > 0 && !tests.some(({ name }) => name === 'bail-out'))
    tests.push({ name: 'missing', outcome: 'ERROR', note: `${missing} of ${planned} planned tests did not run` });
  return tests.length > 0 ? tests : [{ name: 'plan', outcome: 'NOT_APPLICABLE', note: 'no tests were planned' }];
}

function testOf(line: string, number: number): FileTest | null {
  const match = /^(not )?ok\b\s*(\d+)?\s*-?\s*([^#]*?)\s*(?:#\s*(SKIP|TOD[O])\b\s*(.*))?$/i.exec(line);
  if (!match) return null;
  const [, not, given, description = '', directive, reason] = match;
  const name = description === '' ? `test ${given ?? number}` : description;
  const note = reason ?? null;
  if (directive?.toUpperCase() === 'SKIP') return { name, outcome: 'NOT_APPLICABLE', note };
  // What is still to do may fail.
  if (directive) return { name, outcome: not ? 'INFO' : 'PASSED', note };
  return { name, outcome: not ? 'FAILED' : 'PASSED', note };
}
