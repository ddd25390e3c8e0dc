import { policyCaseFile, runCase } from './policy-cases';
import { readPolicies } from './read-policies';
import { shippedSubjectTypes } from './subject-type';

const { policies } = readPolicies(`id: stable
product_versions: [f43]
decision_context: stable
subject_type: koji_build
rules:
  - !PassingTestCaseRule {test_case_name: install}
  - !RemoteRule {}
`);
const subject = { type: 'koji_build', item: 'a-1-1' };
const run = (given: object) => {
  const base = { name: 'n', subject, product_version: 'f43', decision_context: 'stable' };
  const { cases } = policyCaseFile.parse({ cases: [{ ...base, ...given }] });
  return runCase(cases[0]!, policies, shippedSubjectTypes, '2026-01-31T09:30:00.000Z');
};
const result = (outcome: string, more: object = {}) => ({ testcase: 'install', outcome, ...more });

it('says what the policies say, and whether that was expected', () => {
  const expect_ = { verdict: 'satisfied', policies: ['stable'], unsatisfied: [] };
  expect(run({ results: [result('failed'), result('passed')], expect: expect_ }).differences).toEqual([]);
  const wrong = run({ results: [result('FAILED')], expect: { ...expect_, summary: 'x' } });
  expect(wrong).toMatchObject({ verdict: 'unsatisfied', summary: 'Of 1 required test, 1 test failed' });
  expect(wrong.differences).toEqual([
    'verdict: expected satisfied, found unsatisfied',
    'summary: expected x, found Of 1 required test, 1 test failed',
    'unsatisfied: expected none, found install',
  ]);
});

it('knows waivers, places, remote files, and that no policy speaks', () => {
  const satisfied = { expect: { verdict: 'satisfied' } };
  const one = { results: [result('FAILED', { architecture: 's390x' }), result('PASSED', { architecture: 'x86_64' })] };
  expect(run({ ...one, ...satisfied }).differences).toHaveLength(1);
  expect(run({ ...one, ...satisfied, waivers: [{ testcase: 'install' }] }).differences).toEqual([]);
  const gating_yaml = 'decision_context: stable\nrules: [!PassingTestCaseRule {test_case_name: mine}]\n';
  expect(run({ results: [result('PASSED')], gating_yaml, expect: { unsatisfied: ['mine'] } }).differences).toEqual([]);
  expect(run({ product_version: 'f44', expect: { verdict: 'no policy' } }).differences).toEqual([]);
});

it('refuses cases that expect nothing, and members with typos', () => {
  expect(() => run({ expect: {} })).toThrow('expects nothing');
  expect(() => run({ result: [], expect: { verdict: 'satisfied' } })).toThrow('result');
});
