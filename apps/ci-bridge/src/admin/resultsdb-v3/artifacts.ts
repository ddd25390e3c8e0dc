/** How a member of a result is written; `url` and `email` are texts of that form. */
export type FieldKind = 'text' | 'name' | 'url' | 'email' | 'integer' | 'flag' | 'texts';

export interface Field {
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly about: string;
}

export interface Artifact {
  /** The `type` of the result's data, `_scratch` behind it for scratch builds. */
  readonly type: string;
  /** Name of the original's class, which stands in its errors. */
  readonly model: string;
  readonly about: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly example: Readonly<Record<string, unknown>>;
}

function wanted(kind: FieldKind, about: string): Field {
  return { kind, required: true, about };
}

function optional(kind: FieldKind, about: string): Field {
  return { kind, required: false, about };
}

const common: Readonly<Record<string, Field>> = {
  outcome: wanted('text', 'Result of the test run; also QUEUED, RUNNING, or ERROR when the CI could not run it.'),
  testcase: wanted('name', 'Full test case name.'),
  testcase_ref_url: optional('url', 'Documentation of the test: how to reproduce it, and how to run it again.'),
  note: optional('text', 'Note on the result.'),
  ref_url: optional('url', 'Address of the run.'),
  error_reason: optional('text', 'Reason of the error; only with the outcome ERROR.'),
  issue_url: optional('url', 'Ticket about the error; only with the outcome ERROR.'),
  system_provider: optional('text', 'System used for provisioning: openstack, beaker.'),
  system_architecture: optional('text', 'Architecture used for testing: x86_64, aarch64.'),
  system_variant: optional('text', 'Variant of the compose or image: Server, Workstation.'),
  scenario: optional('text', 'Scenario under which the test was run.'),
  ci_name: wanted('text', 'Name of the CI system.'),
  ci_team: wanted('text', 'Name of the team that runs it.'),
  ci_docs: wanted('url', 'Documentation of the CI system.'),
  ci_email: wanted('email', 'Contact mail address.'),
  ci_url: optional('url', 'Address of the CI system.'),
  ci_irc: optional('text', 'Chat channel for help.'),
  scratch: optional('flag', 'Is it a scratch build?'),
  rebuild: optional('url', 'Address that runs the test again.'),
  log: optional('url', 'Address of the log.'),
};

const exampleRun = {
  testcase: 'testcase1',
  outcome: 'PASSED',
  ci_name: 'ci1',
  ci_team: 'team1',
  ci_docs: 'https://test.example.com/docs',
  ci_email: 'test@example.com',
};

/** What results can be posted of. */
export const artifacts: readonly Artifact[] = [
  {
    type: 'brew-build',
    model: 'BrewResultParams',
    about: 'Create new test result for a brew-build.',
    fields: {
      ...common,
      item: wanted('name', 'Name-version-release of the build.'),
      brew_task_id: wanted('integer', 'Task id of the build.'),
    },
    example: { item: 'glibc-2.26-27.fc27', brew_task_id: 123456, ...exampleRun },
  },
  {
    type: 'productmd-compose',
    model: 'ProductmdComposeResultParams',
    about: 'Create new test result for a compose.',
    fields: { ...common, id: wanted('name', 'Id of the compose.') },
    example: { id: 'RHEL-8.8.0-20221129.0', ...exampleRun },
  },
  {
    type: 'redhat-container-image',
    model: 'RedHatContainerImageResultParams',
    about: 'Create new test result for a redhat-container-image.',
    fields: {
      ...common,
      item: wanted('name', 'Name-version-release of the container image.'),
      id: wanted('text', 'Digest of the image.'),
      issuer: wanted('text', 'Who built it.'),
      component: wanted('text', "The image's component."),
      full_names: wanted('texts', 'Full names of the image: registry:port/namespace/name:tag.'),
      brew_task_id: optional('integer', 'Task id of the build.'),
      brew_build_id: optional('integer', 'Id of the build.'),
      registry_url: optional('text', 'Registry of the full name.'),
      tag: optional('text', 'Tag of the full name.'),
      name: optional('text', 'Name of the full name.'),
      namespace: optional('text', 'Namespace of the full name.'),
      source: optional('text', 'Source that it was built from.'),
    },
    example: {
      item: 'rhoam-operator-bundle-container-v1.25.0-13',
      id: 'sha256:27a51bc590483f0cd8c6085825a82a5697832e1d8b0e6aab0651262b84855803',
      issuer: 'CPaaS',
      component: 'rhoam-operator-bundle-container',
      full_names: ['registry.example.com/rh-osbs/operator:test'],
      ...exampleRun,
    },
  },
  {
    type: 'redhat-module',
    model: 'RedHatModuleResultParams',
    about: 'Create new test result for a module.',
    fields: { ...common, item: wanted('name', 'Name-version-release of the module.') },
    example: { item: 'llvm-toolset-rhel8-8000020190511064904-55190bc5', ...exampleRun },
  },
];
