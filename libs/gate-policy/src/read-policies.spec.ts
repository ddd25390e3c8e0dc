import fc from 'fast-check';
import { readPolicies, readRemotePolicies } from './read-policies';
import { readSubjectTypes } from './read-subject-types';
import { showPolicy } from './show';

const good = `# a comment
--- !Policy
id: "stable"
product_versions:
  - fedora-*
decision_context: push_stable
subject_type: koji_build
excluded_packages: [kernel]
rules:
  - !PassingTestCaseRule {test_case_name: dist.abicheck}
  - !PassingTestCaseRule {test_case_name: boot, scenario: uefi, valid_since: 2026-01-01, valid_until: 2026-02-01 00:00:00+02:00}
  - !RemoteRule {required: yes, sources: ["https://git.example.org/{pkg_name}.yaml"]}
--- !Policy
id: composes
product_versions: [fedora-rawhide]
decision_contexts: [a, b]
subject_types: [compose, koji_build]
rules: []
`;

it('reads policies with their tags', () => {
  const { policies, problems, warnings } = readPolicies(good);
  expect([problems, warnings]).toEqual([[], []]);
  expect(policies).toMatchObject([
    {
      id: 'stable',
      contexts: ['push_stable'],
      excludedPackages: ['kernel'],
      rules: [
        { testcase: 'dist.abicheck', scenario: null, validSince: null },
        { scenario: 'uefi', validSince: '2026-01-01T00:00:00.000Z', validUntil: '2026-01-31T22:00:00.000Z' },
        { kind: 'RemoteRule', required: true, sources: ['https://git.example.org/{pkg_name}.yaml'] },
      ],
    },
    { contexts: ['a', 'b'], subjectTypes: ['compose', 'koji_build'], rules: [] },
  ]);
  expect(showPolicy(policies[0]!)).toMatchObject({
    decision_context: 'push_stable',
    decision_contexts: [],
    subject_type: 'koji_build',
    rules: [{ rule: 'PassingTestCaseRule', test_case_name: 'dist.abicheck', scenario: null }, {}, { required: true }],
  });
});

const policy = (rules: string, more = ''): string =>
  `--- !Policy\nid: test\nproduct_versions: [f]\ndecision_context: c\nsubject_type: t\n${more}rules:\n  ${rules}\n`;

it.each([
  [
    policy('- !PassingTestCaseRule {test_case: x}'),
    7,
    "Policy 'test': Attribute 'rules': YAML object !PassingTestCaseRule: Attribute 'test_case_name' is required",
  ],
  [policy('- {test_case_name: x}'), 7, "Policy 'test': Attribute 'rules': Expected list of Rule objects"],
  [policy('- bad_rule'), 7, "Policy 'test': Attribute 'rules': Expected list of Rule objects"],
  [
    policy('- !PackageSpecificBuild {repos: []}'),
    7,
    "Policy 'test': Attribute 'rules': !PackageSpecificBuild is obsolete. Please use the \"packages\" allowlist instead.",
  ],
  [
    policy('- !!python/object:os.system {}'),
    7,
    "YAML Parser Error: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'",
  ],
  [
    policy('- !PassingTestCaseRule {test_case_name: !!python/name:os.system x}'),
    7,
    "YAML Parser Error: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'",
  ],
  [
    policy('[]').replace('!Policy', '!!python/object:os.system'),
    2,
    "YAML Parser Error: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'",
  ],
  [
    policy('[]').replace('id: test', 'id: !Evil test'),
    2,
    "YAML Parser Error: could not determine a constructor for the tag '!Evil'",
  ],
  [policy('- !Evil {}'), 7, "Policy 'test': Attribute 'rules': could not determine a constructor for the tag '!Evil'"],
  [
    policy('[]', 'decision_contexts: [d]\n'),
    2,
    'Policy \'test\': Both properties "decision_contexts" and "decision_context" were set',
  ],
  [
    policy('- !RemoteRule {required: perhaps}'),
    7,
    "Policy 'test': Attribute 'rules': YAML object !RemoteRule: Attribute 'required': Expected a boolean value, got: perhaps",
  ],
  ['--- !Policy\nid: test\nrules: []\n', 2, "Policy 'test': Attribute 'product_versions' is required"],
  [
    '--- !Policy\nid: test\nproduct_versions: [8]\n',
    3,
    "Policy 'test': Attribute 'product_versions': Expected list of str objects",
  ],
  ['--- !Other\nid: test\n', 2, 'Missing !Policy tag'],
  ['--- !Policy\n- a\n', 2, 'Expected mapping for !Policy tagged object'],
])('%#: says what is wrong, and on which line', (text, line, message) => {
  expect(readPolicies(text).problems).toEqual([{ line, message }]);
});

it('says the line of broken YAML, and warns of keys that mean nothing', () => {
  expect(readPolicies('--- !Policy\nid: "x\nrules: [\n').problems[0]!.message).toMatch(/^YAML Parser Error: /);
  expect(readPolicies(policy('[]', 'exclude_packages: [a]\n')).warnings).toEqual([
    { key: 'exclude_packages', line: 6, message: "Policy 'test': 'exclude_packages' means nothing here" },
  ]);
});

it('reads a gating.yaml, in which most may be left out', () => {
  const { policies } = readRemotePolicies('id: t\ndecision_context: c\nrules: []\n', 'https://x/y');
  expect(policies).toMatchObject([{ id: 't', productVersions: ['*'], subjectTypes: [], source: 'https://x/y' }]);
  const recursive = readRemotePolicies('id: t\ndecision_context: c\nrules: [!RemoteRule {}]\n', null);
  expect(recursive.problems[0]!.message).toBe("Policy 't': RemoteRule is not allowed in remote policies");
});

it('reads subject types', () => {
  const text = `--- !SubjectType
id: redhat-container-image
is_koji_build: true
item_key: nvr
result_queries:
  - item_key: nvr
    keys: {type: redhat-container-image}
product_version_match:
  - match: '^(RHEL-\\d*)\\..*'
    product_version: '\\1'
`;
  expect(readSubjectTypes(text)).toMatchObject({
    problems: [],
    types: [
      {
        id: 'redhat-container-image',
        isNvr: true,
        resultQueries: [{ itemKey: 'nvr', keys: { type: 'redhat-container-image' } }],
        productVersionMatch: [{ match: '^(RHEL-\\d*)\\..*', productVersion: '\\1' }],
      },
    ],
  });
  expect(readSubjectTypes('--- !SubjectType\nname: x\n').problems[0]!.message).toBe(
    "SubjectType None: Attribute 'id' is required",
  );
});

it('never throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: fc.constantFrom(...'!Policy:-\n []{}&*a"#|>%\'') }), (text) => {
      readPolicies(text);
      readRemotePolicies(text, null);
    }),
  );
});
