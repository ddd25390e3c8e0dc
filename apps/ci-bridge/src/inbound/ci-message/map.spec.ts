import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inletResultReported } from '@millrace/contracts';
import type { ResultDraft } from '../../domain/input';
import { artifactTypes } from './artifacts';
import { mapCiMessage, type Report } from './map';

const example = inletResultReported.example.data;

function report(changes: object = {}, topic = example.topic): Report {
  return { topic, body: { ...example.body, ...changes } };
}

function draftOf(given: Report): ResultDraft {
  const input = mapCiMessage(given, 'minidistro');
  if (input.type !== 'result-reported') throw new Error(JSON.stringify(input));
  return input.draft;
}

function refusalOf(given: Report): string {
  const input = mapCiMessage(given, null);
  if (input.type !== 'result-unmappable') throw new Error('it was taken');
  return input.refusal.because;
}

const test = example.body['test'] as Record<string, unknown>;
const artifact = example.body['artifact'] as Record<string, unknown>;

it("is the form of ResultsDB's results", () => {
  const draft = draftOf(report());
  expect(draft).toMatchObject({
    testcase: { name: 'millrace.install.functional' },
    outcome: 'PASSED',
    ref_url: 'https://example.org/ci/runs/1',
    note: null,
    occurred: { from: '2026-01-31T09:30:00.000000', until: '2026-01-31T09:30:00.999999' },
    release: 'minidistro',
  });
  expect(draft.data).toEqual({
    item: ['libstone-2.0-1.mr1'],
    type: ['koji_build'],
    brew_task_id: ['1'],
    category: ['functional'],
    component: ['libstone'],
    scratch: ['False'],
    issuer: ['millrace'],
    source: ['https://example.org/libstone.git#0123456789abcdef0123456789abcdef01234567'],
    log: ['https://example.org/ci/runs/1/log'],
    system_os: ['minidistro'],
    system_provider: ['local'],
    system_architecture: ['x86_64'],
    ci_name: ['local-ci'],
    ci_team: ['Millrace'],
    ci_email: ['ci@example.org'],
  });
});

it.each([
  ['queued', 'QUEUED'],
  ['running', 'RUNNING'],
  ['error', 'ERROR'],
])('knows from the topic that a test is %s', (event, outcome) => {
  const topic = `org.centos.prod.ci.koji-build.test.${event}`;
  expect(draftOf(report({ test: { ...test, result: undefined } }, topic)).outcome).toBe(outcome);
});

it('reads topics of UMB too', () => {
  expect(draftOf(report({}, 'VirtualTopic.eng.ci.millrace.brew-build.complete.x')).outcome).toBe('PASSED');
  const foreign = mapCiMessage(report({}, 'VirtualTopic.eng.ci.osci.brew-build.complete.x'), null);
  expect(foreign).toMatchObject({ refusal: { because: expect.stringContaining('test.namespace') as string } });
});

it.each([
  ['pass', 'PASSED'],
  ['failure', 'FAILED'],
  ['fail', 'FAILED'],
  ['info', 'INFO'],
  ['needs_inspection', 'NEEDS_INSPECTION'],
  ['not_applicable', 'NOT_APPLICABLE'],
])('takes the word %s as %s', (result, outcome) => {
  expect(draftOf(report({ test: { ...test, result } })).outcome).toBe(outcome);
});

it('keeps why a test could not be run, cropped', () => {
  const topic = 'org.centos.prod.ci.koji-build.test.error';
  const error = { reason: 'x'.repeat(1000), issue_url: 'https://example.org/issues/1' };
  const { data } = draftOf(report({ error }, topic));
  expect(data['error_reason']![0]).toHaveLength(256);
  expect(data['issue_url']).toEqual(['https://example.org/issues/1']);
});

it('crops texts that are too long', () => {
  expect(draftOf(report({ test: { ...test, note: 'n'.repeat(10_000) } })).note).toHaveLength(8192);
});

it('puts messages of one run into one group, and equal messages into one result', () => {
  const [one, same, other] = [draftOf(report()), draftOf(report()), draftOf(report({ version: '1.1.2' }))];
  expect(same.source).toBe(one.source);
  expect(other.source).not.toBe(one.source);
  expect(other.groups).toEqual(one.groups);
  expect(one.groups[0]!.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('takes 0.2.x with one system as an object', () => {
  const draft = draftOf(report({ version: '0.2.6', system: { os: 'f43', provider: 'beaker', architecture: 's390x' } }));
  expect(draft.data['system_architecture']).toEqual(['s390x']);
});

describe('artifacts', () => {
  const data = (given: object): ResultDraft['data'] => draftOf(report({ artifact: given })).data;

  it.each([
    [{ ...artifact, type: 'brew-build', scratch: 'True' }, 'libstone-2.0-1.mr1', 'brew-build_scratch'],
    [
      { type: 'redhat-module', id: 7, nsvc: 'perl:5-28:20260131:abcd1234' },
      'perl-5_28-20260131.abcd1234',
      'redhat-module',
    ],
    [{ type: 'redhat-container-image', id: 'sha256:0', nvr: 'httpd-1-1' }, 'sha256:0', 'redhat-container-image'],
    [{ type: 'koji-build-group', id: 'sha256:1', builds: [{ nvr: 'a-1-1' }] }, 'sha256:1', 'koji-build-group'],
    [{ type: 'product-build', name: 'rhel', version: '9', release: 1 }, 'rhel-9-1', 'product-build'],
    [{ type: 'component-version', component: 'kernel', version: '6.1' }, 'kernel-6.1', 'component-version'],
    [{ type: 'redhat-advisory', id: 12 }, '12', 'redhat-advisory'],
    [{ type: 'productmd-compose', id: 'F-1' }, 'F-1/unknown/x86_64', 'productmd-compose'],
  ])('%j', (given, item, type) => {
    expect(data(given)).toMatchObject({ item: [item], type: [type] });
  });

  it('lists of objects are JSON', () => {
    expect(data({ type: 'koji-build-group', id: 'g', builds: [{ nvr: 'a-1-1' }] })['builds']).toEqual([
      '{"nvr":"a-1-1"}',
    ]);
  });

  it('all kinds of products of a scenario are items', () => {
    expect(data({ type: 'product-scenario', products: [{ id: 'a' }, { id: 'b' }] })['item']).toEqual(['a', 'b']);
  });
});

describe('what cannot be mapped names its member', () => {
  it.each([
    [report({}, 'org.centos.prod.ci.koji-build.test.finished'), 'topic'],
    [report({ version: '2.0.0' }), 'version'],
    [report({ generated_at: 'yesterday' }), 'generated_at'],
    [report({ test: { ...test, result: 'great' } }), 'test.result'],
    [report({ test: { ...test, result: 'constructor' } }), 'test.result'],
    [report({ test: { ...test, namespace: ' ' } }), 'test.namespace'],
    [report({ artifact: { ...artifact, type: 'toaster' } }), artifactTypes[0]!],
    [report({ artifact: { ...artifact, nvr: undefined } }), 'artifact.nvr'],
    [report({ artifact: { ...artifact, nvr: 'n'.repeat(600) } }), 'artifact.nvr'],
    [report({ contact: undefined }), 'contact'],
    [report({ run: { log: 'x' } }), 'run.url'],
    [{ topic: example.topic, body: 'text' }, 'body'],
  ])('%#', (given, member) => {
    expect(refusalOf(given)).toContain(member);
  });
});

const folder = join(__dirname, 'fixtures');

it.each(readdirSync(folder))('maps %s', (file) => {
  const {
    topic,
    body,
    expect: expected,
  } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Report & {
    readonly expect: object;
  };
  expect(draftOf({ topic, body })).toMatchObject(expected);
});
