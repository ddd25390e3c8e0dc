import { shippedSubjectTypes } from '@millrace/gate-policy';
import { decisionRequest } from './request';

const fine = {
  product_version: 'f43',
  decision_context: 'x',
  subject_type: 'brew-build',
  subject_identifier: 'a-1-1',
};
const rule = { type: 'PassingTestCaseRule', test_case_name: 't' };
const read = (body: object) => decisionRequest({ ...body }, shippedSubjectTypes);

it('reads both forms of a subject, and aliases of types', () => {
  expect(read(fine)).toMatchObject({ subjects: [{ type: { id: 'koji_build' }, item: 'a-1-1' }], contexts: ['x'] });
  const subject = [{ original_spec_nvr: 'a-1-1' }, { 'productmd.compose.id': 'F-1' }, { type: 't', item: 'i' }];
  expect(read({ ...fine, subject })).toMatchObject({
    subjects: [
      { type: { id: 'koji_build' }, item: 'a-1-1' },
      { type: { id: 'compose' }, item: 'F-1' },
      { type: { id: 't' }, item: 'i' },
    ],
  });
});

it('takes several gating points, and rules in the place of them', () => {
  expect(read({ ...fine, decision_context: ['x', 'y'] })).toMatchObject({ contexts: ['x', 'y'], onDemand: null });
  const { decision_context: _, ...without } = fine;
  expect(read({ ...without, rules: [rule, { type: 'RemoteRule', required: true }] })).toMatchObject({
    contexts: [],
    onDemand: { rules: [{ testcase: 't' }, { kind: 'RemoteRule', required: true }] },
  });
});

it('reads what-if', () => {
  const whatIf = { verbose: true, when: '2026-01-31T09:30:00.5', ignore_result: [1], ignore_waiver: [2] };
  expect(read({ ...fine, ...whatIf })).toMatchObject({
    verbose: true,
    when: '2026-01-31T09:30:00.500000',
    ignoreResults: [1],
    ignoreWaivers: [2],
  });
});

it.each([
  [{ ...fine, product_version: '' }, 'Missing required product version'],
  [{ ...fine, decision_context: '' }, 'Either decision_context or rules is required.'],
  [{ ...fine, rules: [rule] }, 'Cannot have both decision_context and rules'],
  [{ ...fine, decision_context: [], rules: [{ type: 'X' }] }, /^Failed to parse on demand policy: /],
  [{ ...fine, subject_type: undefined }, 'Missing required "subject_type" parameter'],
  [{ ...fine, subject_identifier: undefined }, 'Missing required "subject_identifier" parameter'],
  [{ ...fine, subject: 'a-1-1' }, 'Invalid subject, must be a list of dicts'],
  [{ ...fine, subject: ['a-1-1'] }, 'Invalid subject, must be a list of dicts'],
  [{ ...fine, subject: [{ item: 'a-1-1' }] }, 'Could not detect subject_identifier.'],
  [{ ...fine, verbose: 'yes' }, 'Invalid verbose flag, must be a bool'],
  [{ ...fine, when: '2026-01-31T09:30:00' }, 'Invalid "when" parameter, must be in ISO8601 format'],
  [{ ...fine, ignore_result: 'x' }, 'Invalid ignore_result, must be a list of integers'],
])('%#: says what is wrong in the words of Greenwave', (body, message) => {
  const reply = read(body) as { status: number; body: { message: string } };
  expect(reply.status).toBe(400);
  expect(reply.body.message).toMatch(message);
});
