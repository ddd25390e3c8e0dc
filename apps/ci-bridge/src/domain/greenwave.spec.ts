import { Bridge, nvr, result, twoTests } from './test-bridge';
import { answersFor, policiesOf, summaryOf, type GreenwaveRule } from './greenwave';
import type { Input } from './input';
import type { WaiverRow } from './state';

const subject = { type: 'koji_build', item: nvr };
const when = '2026-01-31T10:00:00.000000';
const rules = policiesOf([twoTests], subject, 'minidistro-1', ['millrace_rebuild'])[0]!.rules;

function answers(
  inputs: readonly Input[],
  waivers: readonly WaiverRow[] = [],
  wanted: readonly GreenwaveRule[] = rules,
) {
  const { state } = new Bridge().take(...inputs);
  const { satisfied, unsatisfied } = answersFor(subject, wanted, [...state.results.values()], waivers, when);
  return { satisfied, unsatisfied, summary: summaryOf(satisfied, unsatisfied) };
}

const run = 'ci.run.functional';
const waiver: WaiverRow = {
  id: '1',
  revision: 1,
  number: 7,
  subject_type: 'koji_build',
  subject_id: nvr,
  testcase: run,
  scenario: null,
  product_version: 'minidistro-1',
  username: 'ada',
  comment: 'flaky',
  waived: true,
  timestamp: when,
};

it('says what is missing', () => {
  const { unsatisfied, summary } = answers([result()]);
  expect(summary).toBe('Of 2 required tests, 1 result missing');
  expect(unsatisfied).toEqual([
    {
      type: 'test-result-missing',
      testcase: run,
      subject_type: 'koji_build',
      subject_identifier: nvr,
      scenario: null,
      source: null,
      item: { type: 'koji_build', item: nvr },
    },
  ]);
});

it('tells failed, errored and incomplete apart, in the order of the words', () => {
  const inputs = [
    result({ outcome: 'FAILED', data: { system_architecture: ['s390x'] } }),
    result({ outcome: 'ERROR', data: { system_architecture: ['x86_64'], error_reason: ['no disk'] } }),
    result({ test: run, outcome: 'RUNNING' }),
  ];
  const { unsatisfied, summary } = answers(inputs);
  expect(summary).toBe('Of 3 required tests, 1 test errored, 1 test failed, 1 test incomplete');
  expect(unsatisfied).toMatchObject([
    { type: 'test-result-errored', error_reason: 'no disk', system_architecture: 'x86_64' },
    { type: 'test-result-failed', result_id: 1, system_architecture: 's390x' },
    { type: 'test-result-missing', result_id: 3 },
  ]);
});

it('says when all is well, and when nothing is required', () => {
  expect(answers([result(), result({ test: run, outcome: 'INFO' })]).summary).toBe(
    'All required tests (2 total) have passed or been waived',
  );
  expect(answers([], [], []).summary).toBe('No tests are required');
});

it('keeps a waived requirement, under its name and with the waiver', () => {
  const { satisfied, unsatisfied } = answers([result(), result({ test: run, outcome: 'FAILED' })], [waiver]);
  expect(unsatisfied).toEqual([]);
  expect(satisfied[1]).toMatchObject({ type: 'test-result-failed-waived', waiver_id: 7, result_id: 2 });
  expect(satisfied[1]).not.toHaveProperty('item');
});

it('evaluates equal rules once, and rules only in their time', () => {
  const over = { ...rules[1]!, testcase: 'ci.over', validUntil: '2026-01-01T00:00:00.000000' };
  expect(answers([result()], [], [rules[0]!, rules[0]!, over]).summary).toBe(
    'All required tests (1 total) have passed or been waived',
  );
});

it('takes the policies of the product version, gating point and type alone', () => {
  const of = (type: string, version: string, context: string): number =>
    policiesOf([twoTests], { ...subject, type }, version, [context]).length;
  expect(of('koji_build', 'minidistro-1', 'millrace_rebuild')).toBe(1);
  expect(of('redhat-module', 'minidistro-1', 'millrace_rebuild')).toBe(0);
  expect(of('koji_build', 'minidistro-2', 'millrace_rebuild')).toBe(0);
  expect(of('koji_build', 'minidistro-1', 'compose')).toBe(0);
});
