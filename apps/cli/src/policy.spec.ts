import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './program';

let dir: string;
let out: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-policy-'));
  out = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  await mkdir(join(dir, 'policies'));
  await writeFile(join(dir, 'policies', 'one.yaml'), policy);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(dir, { recursive: true });
});

const policy = `--- !Policy
id: one
product_versions: [f43]
decision_context: stable
subject_type: koji_build
rules:
  - !PassingTestCaseRule {test_case_name: install}
`;
const cases = `policies: policies
cases:
  - name: passes when it passed
    subject: {type: koji_build, item: a-1-1}
    product_version: f43
    decision_context: stable
    results: [{testcase: install, outcome: PASSED}]
    expect: {verdict: satisfied}
  - name: does not pass by itself
    subject: {type: koji_build, item: a-1-1}
    product_version: f43
    decision_context: stable
    expect: {verdict: satisfied}
`;

const run = (...args: string[]) => program().parseAsync(['node', 'millrace', 'policy', ...args]);

it('tests policies from a file of cases, and fails when one is not as expected', async () => {
  const file = join(dir, 'cases.yaml');
  await writeFile(file, cases);
  await expect(run('test', file)).rejects.toMatchObject({ code: 'policy-test-failed' });
  expect(out).toContain(`${file}: 1 of 2 cases as expected`);
  expect(out).toContain('does not pass by itself\n    verdict: expected satisfied, found unsatisfied');
  await writeFile(file, cases.replace(/satisfied\}\n$/, 'unsatisfied}\n'));
  out = '';
  await run('test', file, '--json');
  expect(JSON.parse(out)).toMatchObject([{ file, cases: [{ differences: [] }, { verdict: 'unsatisfied' }] }]);
});

it('says the line of what is wrong in cases and policies', async () => {
  const file = join(dir, 'cases.yaml');
  await writeFile(file, cases.replace('outcome: PASSED', 'outcom: PASSED'));
  await expect(run('test', file)).rejects.toMatchObject({
    code: 'policy-cases-invalid',
    message: expect.stringMatching(/cases\.yaml:7: cases\.0\.results\.0/) as string,
  });
  const bad = join(dir, 'policies', 'two.yaml');
  await writeFile(bad, policy.replace('!Passing', '!Failing'));
  await expect(run('lint', join(dir, 'policies'))).rejects.toMatchObject({ code: 'policies-invalid' });
  expect(out).toContain(`${bad}:7: Policy 'one': Attribute 'rules': could not determine a constructor`);
});

it('finds nothing wrong in good ones', async () => {
  await run('lint', join(dir, 'policies'));
  expect(out).toBe('1 policy is right\n');
});

it('finds the examples as they promise', async () => {
  await run('test', join(__dirname, '../../../examples/policies/cases.yaml'));
  expect(out).toContain('5 of 5 cases as expected');
});
