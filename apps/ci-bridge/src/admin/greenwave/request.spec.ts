import { decisionRequest } from './request';

const fine = {
  product_version: 'f43',
  decision_context: 'x',
  subject_type: 'brew-build',
  subject_identifier: 'a-1-1',
};
const rule = { type: 'PassingTestCaseRule', test_case_name: 't' };

it('reads both forms of a subject, and aliases of types', () => {
  expect(decisionRequest(fine)).toMatchObject({ subjects: [{ type: 'koji_build', item: 'a-1-1' }], contexts: ['x'] });
  const subject = [{ original_spec_nvr: 'a-1-1' }, { 'productmd.compose.id': 'F-1' }, { type: 't', item: 'i' }];
  expect(decisionRequest({ ...fine, subject })).toMatchObject({
    subjects: [
      { type: 'koji_build', item: 'a-1-1' },
      { type: 'compose', item: 'F-1' },
      { type: 't', item: 'i' },
    ],
  });
});

it('takes several gating points, and rules in the place of them', () => {
  expect(decisionRequest({ ...fine, decision_context: ['a', 'b'] })).toMatchObject({ contexts: ['a', 'b'] });
  const rules = [rule];
  expect(decisionRequest({ ...fine, decision_context: undefined, rules })).toMatchObject({
    rules: [{ testcase: 't', scenario: null }],
  });
});

it.each([
  [{ ...fine, product_version: undefined }, 'Missing required product version'],
  [{ ...fine, decision_context: undefined }, 'Either decision_context or rules is required.'],
  [{ ...fine, rules: [rule] }, 'Cannot have both decision_context and rules'],
  [{ ...fine, subject_type: undefined }, 'Missing required "subject_type" parameter'],
  [{ ...fine, subject_identifier: undefined }, 'Missing required "subject_identifier" parameter'],
  [{ ...fine, subject: 'a-1-1' }, 'Invalid subject, must be a list of dicts'],
  [{ ...fine, subject: ['a-1-1'] }, 'Invalid subject, must be a list of dicts'],
  [{ ...fine, verbose: 'yes' }, 'Invalid verbose flag, must be a bool'],
  [{ ...fine, when: '2026-01-31T09:30:00' }, 'Invalid "when" parameter, must be in ISO8601 format'],
])('%#: %s', (body, message) => {
  expect(decisionRequest(body)).toEqual({ status: 400, body: { message } });
});
