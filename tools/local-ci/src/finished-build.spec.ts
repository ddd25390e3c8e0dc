import { buildFinished } from '@millrace/contracts';
import { readFinishedBuild } from './finished-build';

const data = buildFinished.example.data;
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify({ data: value }));

it("reads the contract's own example", () => {
  expect(readFinishedBuild(bytes(data))).toEqual({
    release: 'minidistro',
    build: 'b-2',
    component: { type: 'rpm', name: 'libmill' },
    nvr: 'libmill-1.0-1.mr2',
    source: data.artifact!.source,
    candidate: '/srv/millrace/releases/minidistro/candidates/b-2',
    base: '/srv/millrace/releases/minidistro/sides/c-1/2',
  });
});

it('has nothing to test in a build that failed or left no artifact', () => {
  expect(readFinishedBuild(bytes({ ...data, state: 'failed' }))).toBeNull();
  expect(readFinishedBuild(bytes({ ...data, artifact: null }))).toBeNull();
});

it('refuses a repository that is not on this machine', () => {
  const artifact = { ...data.artifact, repository: 'https://example.org/repo' };
  expect(() => readFinishedBuild(bytes({ ...data, artifact }))).toThrow('is not on this machine');
});

it('refuses what is no such event', () => {
  expect(() => readFinishedBuild(Buffer.from('{'))).toThrow();
  expect(() => readFinishedBuild(bytes({ ...data, build: '' }))).toThrow();
});
