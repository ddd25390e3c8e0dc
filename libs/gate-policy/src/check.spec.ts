import fc from 'fast-check';
import { isSatisfied, type TestResult } from './answer';
import { checkPolicies, isApplicable, latestResults, type Facts, type Question, type RemoteFile } from './check';
import { fnMatches } from './fn-matches';
import { onDemandPolicy } from './on-demand';
import { readPolicies, readRemotePolicies } from './read-policies';
import { remoteUrl, sourcePlace } from './remote-urls';
import { shippedSubjectTypes, subjectFromData, subjectTypeOf } from './subject-type';
import { summaryOf } from './summary';
import { waiveAnswers } from './waive';

const item = 'nethack-1.2.3-1.el9000';
const subject = { type: subjectTypeOf('koji_build', shippedSubjectTypes), item };
const question: Question = { subject, productVersion: 'fedora-26', contexts: ['c'], onDemand: false };
const sameType = (a: string, b: string): boolean => a === b;

function policies(rules: string, more = '') {
  const text = `id: p\nproduct_versions: [fedora-*]\ndecision_context: c\nsubject_type: koji_build\n${more}rules: [${rules}]\n`;
  return readPolicies(text).policies;
}

let numbers = 0;
function result(testcase: string, outcome: string, data: Record<string, string[]> = {}): TestResult {
  const number = ++numbers;
  const submit_time = `2026-01-31T09:30:00.${String(number).padStart(6, '0')}`;
  return { number, testcase, outcome, submit_time, data: { item: [item], type: ['koji_build'], ...data } };
}

function facts(results: readonly TestResult[], remote: RemoteFile = { kind: 'unsupported' }): Facts {
  return {
    latest: latestResults(results, subject, sameType),
    remote: () => remote,
    madeAt: '2026-01-15T00:00:00.000Z',
  };
}

const types = (answers: readonly { requirement: { type: string } }[]): readonly string[] =>
  answers.map(({ requirement }) => requirement.type);

const one = policies('!PassingTestCaseRule {test_case_name: t}');

it.each([
  ['PASSED', 'test-result-passed', 'All required tests (1 total) have passed or been waived'],
  ['INFO', 'test-result-passed', 'All required tests (1 total) have passed or been waived'],
  ['FAILED', 'test-result-failed', 'Of 1 required test, 1 test failed'],
  ['NEEDS_INSPECTION', 'test-result-failed', 'Of 1 required test, 1 test failed'],
  ['ERROR', 'test-result-errored', 'Of 1 required test, 1 test errored'],
  ['QUEUED', 'test-result-missing', 'Of 1 required test, 1 test incomplete'],
  ['RUNNING', 'test-result-missing', 'Of 1 required test, 1 test incomplete'],
])('%s is %s', (outcome, type, summary) => {
  const answers = checkPolicies(one, question, facts([result('t', outcome)]));
  expect([types(answers), summaryOf(answers)]).toEqual([[type], summary]);
});

it('has the members that clients of Greenwave read', () => {
  const [missing] = checkPolicies(one, question, facts([]));
  const about = { testcase: 't', subject_type: 'koji_build', subject_identifier: item, scenario: null, source: null };
  expect(missing!.requirement).toEqual({
    type: 'test-result-missing',
    ...about,
    item: { type: 'koji_build', item },
  });
  const failed = result('t', 'ERROR', { system_architecture: ['s390x'], error_reason: ['no disk'] });
  const [errored] = checkPolicies(one, question, facts([failed]));
  const place = { result_id: failed.number, system_architecture: 's390x', system_variant: null };
  const whole = { ...about, ...place, error_reason: 'no disk' };
  expect(errored!.requirement).toEqual({ type: 'test-result-errored', ...whole, item: { type: 'koji_build', item } });
  const waiver = { number: 7, subject_type: 'brew-build', subject_id: item, testcase: 't', scenario: null };
  expect(waiveAnswers([errored!], [waiver])[0]!.requirement).toEqual({
    type: 'test-result-errored-waived',
    ...whole,
    waiver_id: 7,
  });
});

it('asks equal rules once, each place for itself, and finds original_spec_nvr too', () => {
  const twice = [...one, ...one];
  const results = [
    result('t', 'FAILED', { scenario: ['a'] }),
    result('t', 'PASSED', { scenario: ['a'] }),
    result('t', 'PASSED', { scenario: ['b'], item: ['else'], original_spec_nvr: [item] }),
  ];
  const answers = checkPolicies(twice, question, facts(results));
  expect(answers.map(({ kind, scenario }) => [kind, scenario])).toEqual([
    ['passed', 'a'],
    ['passed', 'b'],
  ]);
});

it('a waiver for one scenario helps no other', () => {
  const answers = checkPolicies(one, question, facts([result('t', 'FAILED', { scenario: ['a'] })]));
  const waiver = { number: 7, subject_type: 'koji_build', subject_id: item, testcase: 't' };
  expect(types(waiveAnswers(answers, [{ ...waiver, scenario: 'b' }]))).toEqual(['test-result-failed']);
  expect(types(waiveAnswers(answers, [{ ...waiver, scenario: 'a' }]))).toEqual(['test-result-failed-waived']);
});

it('knows excluded and other packages, and what a rule does not hold for', () => {
  const rule = '!PassingTestCaseRule {test_case_name: t}';
  expect(types(checkPolicies(policies(rule, 'excluded_packages: [net*]\n'), question, facts([])))).toEqual([
    'excluded',
  ]);
  expect(checkPolicies(policies(rule, 'packages: [gtk*]\n'), question, facts([]))).toEqual([]);
  const since = policies('!PassingTestCaseRule {test_case_name: t, valid_since: 2026-02-01}');
  const until = policies('!PassingTestCaseRule {test_case_name: t, valid_until: 2026-01-15}');
  expect(checkPolicies([...since, ...until], question, facts([]))).toEqual([]);
});

it('applies by context, product version and subject type', () => {
  const [policy] = one;
  expect(isApplicable(policy!, question)).toBe(true);
  expect(isApplicable(policy!, { ...question, contexts: ['x', 'c'] })).toBe(true);
  expect(isApplicable(policy!, { ...question, contexts: ['x'] })).toBe(false);
  expect(isApplicable(policy!, { ...question, productVersion: 'epel-7' })).toBe(false);
  const compose = { type: subjectTypeOf('compose', shippedSubjectTypes), item };
  expect(isApplicable(policy!, { ...question, subject: compose })).toBe(false);
});

describe('remote rules', () => {
  const remote = policies('!RemoteRule {required: true}, !PassingTestCaseRule {test_case_name: t}');
  const file = (text: string): RemoteFile => {
    const read = readRemotePolicies(text, 'https://g/y');
    return { kind: 'fetched', url: 'https://g/y', policies: read.policies, problem: read.problems[0]?.message ?? null };
  };

  it('hold what stands in the file, under the contexts of the policy that leads there', () => {
    const text = 'decision_context: c\nrules: [!PassingTestCaseRule {test_case_name: t}]\n';
    const found = checkPolicies(remote, question, facts([], file(text)));
    expect(types(found)).toEqual(['fetched-gating-yaml', 'test-result-missing']);
    expect(found[1]!.requirement['source']).toBe('https://g/y');
    const elsewhere = file('decision_context: other\nrules: [!PassingTestCaseRule {test_case_name: u}]\n');
    expect(types(checkPolicies(remote, question, facts([], elsewhere)))).toEqual([
      'fetched-gating-yaml',
      'test-result-missing',
    ]);
  });

  it.each<[RemoteFile, string, string]>([
    [{ kind: 'missing', urls: ['u'] }, 'missing-gating-yaml', '1 error due to missing remote rule file'],
    [file('rules: x\n'), 'invalid-gating-yaml', '1 error due to invalid remote rule file'],
    [
      { kind: 'unfetched', urls: ['u'], error: 'away' },
      'failed-fetch-gating-yaml',
      '1 error while trying to fetch remote rule file',
    ],
  ])('%#: say what is wrong with the file, and vanish when it is waived', (given, type, summary) => {
    const answers = checkPolicies(policies('!RemoteRule {required: true}'), question, facts([], given));
    expect(types(answers).at(-1)).toBe(type);
    expect(summaryOf(answers)).toBe(summary);
    const waiver = { number: 1, subject_type: 'koji_build', subject_id: item, testcase: type, scenario: null };
    expect(waiveAnswers(answers, [waiver]).every(isSatisfied)).toBe(true);
  });

  it('say both what is wrong with the file and with the tests', () => {
    const answers = checkPolicies(remote, question, facts([], { kind: 'missing', urls: [] }));
    expect(summaryOf(answers)).toBe('1 error due to missing remote rule file. Of 1 required test, 1 result missing');
  });

  it('lead to addresses made from the build, and nowhere else', () => {
    const source = sourcePlace('git+https://src.example.org/containers/foo-container.git?#abc');
    const template = 'https://g/{pkg_namespace}{pkg_name}/raw/{rev}/gating.yaml';
    expect(remoteUrl(template, subject, source)).toBe('https://g/containers/foo/raw/abc/gating.yaml');
    expect(remoteUrl('https://g/{subject_id}.yaml', { ...subject, item: 'sha256:ab' }, null)).toBe('https://g/ab.yaml');
    expect(remoteUrl(template, subject, { namespace: 'rpms', name: '..', rev: 'x' })).toBeNull();
    expect(remoteUrl('https://g/{subject_id}', { ...subject, item: '../../admin' }, null)).toBeNull();
    expect(remoteUrl('https://g/{secret}', subject, null)).toBeNull();
    expect(sourcePlace('https://src.example.org/rpms/bash.git')).toBeNull();
  });
});

it('reads rules that come with the question, and says what is wrong with them', () => {
  const rules = [{ type: 'PassingTestCaseRule', test_case_name: 't' }];
  expect(onDemandPolicy({ product_version: 'f', rules })).toMatchObject({ productVersions: ['f'] });
  const wrong = (rule: unknown) => onDemandPolicy({ product_version: 'f', rules: [rule] });
  const start = "Failed to parse on demand policy: Attribute 'rules': ";
  expect(wrong({ typo: 'x' })).toBe(`${start}Key 'type' is required for each list item`);
  expect(wrong({ type: 'PassingTestCaseRule' })).toBe(`${start}Attribute 'test_case_name' is required`);
  expect(wrong({ type: 'X' })).toBe(`${start}Key 'type' for an list item is not valid: X`);
  expect(wrong('X')).toBe(`${start}Expected list of Rule objects`);
});

it('finds subjects in all three forms', () => {
  const found = (data: object) => subjectFromData({ ...data }, shippedSubjectTypes);
  expect(found({ original_spec_nvr: item })).toMatchObject({ type: { id: 'koji_build' }, item });
  expect(found({ 'productmd.compose.id': 'F' })).toMatchObject({ type: { id: 'compose' }, item: 'F' });
  expect(found({ type: 'brew-build', item })).toMatchObject({ type: { id: 'koji_build' }, item });
  expect(found({ type: 'group', item })).toMatchObject({ type: { id: 'group', isNvr: false } });
  expect(found({ item })).toBeNull();
});

it('matches patterns as fnmatch does', () => {
  const cases: [string, string, boolean][] = [
    ['fedora-*', 'fedora-27', true],
    ['f?', 'f4', true],
    ['f[0-9]', 'f4', true],
    ['f[!0-9]', 'f4', false],
    ['[', '[', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'xxaxxbx', false],
    ['a.c', 'abc', false],
  ];
  for (const [pattern, text, matches] of cases) expect([pattern, fnMatches(pattern, text)]).toEqual([pattern, matches]);
});

it('a policy is satisfied exactly when each of its tests has passed everywhere or is waived', () => {
  const outcomes = fc.constantFrom('PASSED', 'INFO', 'FAILED', 'ERROR', 'RUNNING');
  const reported = fc.array(
    fc.record({ test: fc.constantFrom('t', 'u'), outcome: outcomes, arch: fc.constantFrom('x86_64', 's390x') }),
    { maxLength: 8 },
  );
  const asked = policies('!PassingTestCaseRule {test_case_name: t}, !PassingTestCaseRule {test_case_name: u}');
  fc.assert(
    fc.property(reported, fc.boolean(), (all, waived) => {
      const results = all.map(({ test, outcome, arch }) => result(test, outcome, { system_architecture: [arch] }));
      const waiver = { number: 1, subject_type: 'koji_build', subject_id: item, testcase: 'u', scenario: null };
      const answers = waiveAnswers(checkPolicies(asked, question, facts(results)), waived ? [waiver] : []);
      const last = (test: string): readonly string[] => [
        ...new Map(all.filter((row) => row.test === test).map(({ arch, outcome }) => [arch, outcome])).values(),
      ];
      const fine = (test: string): boolean =>
        last(test).length > 0 && last(test).every((outcome) => outcome === 'PASSED' || outcome === 'INFO');
      expect(answers.every(isSatisfied)).toBe(fine('t') && (waived || fine('u')));
    }),
  );
});
