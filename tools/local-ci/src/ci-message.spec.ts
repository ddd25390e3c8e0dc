import { inletResultReported } from '@millrace/contracts';
import { ciMessage, type Run } from './ci-message';
import type { FinishedBuild } from './finished-build';

const rpm: FinishedBuild = {
  release: 'minidistro',
  build: 'b-2',
  component: { type: 'rpm', name: 'quern' },
  nvr: 'quern-1.0-1.mr2',
  source: 'file:///srv/quern#1',
  candidate: '/c',
  base: '/b',
};
const run: Run = {
  build: rpm,
  check: 'run',
  id: 'r-1',
  log: 'file:///l/run.log',
  ci: 'local-ci',
  at: '2026-01-31T09:30:00.000Z',
};
const outcome = { check: 'run' as const, result: 'failed' as const, note: 'no', output: 'gap', seconds: 0.5 };

it('is a CI message 1.x of a koji build, and what the inlet takes', () => {
  const message = ciMessage(run, { status: 'complete', outcome });
  expect(inletResultReported.data.parse(message)).toEqual(message);
  expect(message.topic).toBe('org.millrace.local.ci.koji-build.test.complete');
  expect(message.body).toMatchObject({
    artifact: { type: 'koji-build', id: 'b-2', nvr: 'quern-1.0-1.mr2', component: 'quern', scratch: false },
    test: { namespace: 'millrace', type: 'run', category: 'functional', result: 'failed', note: 'no', output: 'gap' },
    generated_at: '2026-01-31T09:30:00.000Z',
  });
});

it('has a result only when the test is complete, and a reason only when it could not be done', () => {
  const queued = ciMessage(run, { status: 'queued' });
  expect(queued.topic).toMatch(/\.test\.queued$/);
  expect(queued.body['test']).not.toHaveProperty('result');
  expect(queued.body).not.toHaveProperty('error');
  expect(ciMessage(run, { status: 'error', reason: 'disk' }).body['error']).toEqual({ reason: 'disk' });
});

it('names a module by its parts, though its stream has dashes', () => {
  const build: FinishedBuild = {
    ...rpm,
    component: { type: 'module', name: 'grinding', stream: '1-0' },
    nvr: 'grinding-1_0-20260131093000.abcd1234',
  };
  expect(ciMessage({ ...run, build }, { status: 'running' }).body['artifact']).toEqual({
    type: 'redhat-module',
    id: 'b-2',
    nvr: 'grinding-1_0-20260131093000.abcd1234',
    nsvc: 'grinding:1-0:20260131093000:abcd1234',
    name: 'grinding',
    stream: '1-0',
    version: '20260131093000',
    context: 'abcd1234',
    issuer: 'millrace',
  });
});

it('names an image by its NVR', () => {
  const build: FinishedBuild = {
    ...rpm,
    component: { type: 'container', name: 'millhouse' },
    nvr: 'millhouse-latest-1',
  };
  expect(ciMessage({ ...run, build }, { status: 'running' }).body['artifact']).toMatchObject({
    type: 'redhat-container-image',
    id: 'millhouse-latest-1',
    build: 'b-2',
  });
});
