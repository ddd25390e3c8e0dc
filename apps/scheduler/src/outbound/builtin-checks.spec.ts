import type { BuildSystem } from '@millrace/build-systems';
import type { Contents } from '@millrace/contracts';
import { releaseDefinition } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { RebuildRow } from '../domain/state';
import { MemoryStore } from '../store/testing/memory-store';
import { definitionOf, endedBuild } from '../store/testing/outside';
import { checkedBuild } from './builtin-checks';

const release = { id: 'mill', definition: releaseDefinition.parse(definitionOf()) };
const one = {
  name: 'a',
  epoch: '0',
  version: '1',
  release: '1',
  arch: 'noarch',
  provides: [],
  requires: [],
  files: [],
};

async function installable(system: object, packages: Contents['packages'] = [one], rebuild: RebuildRow | null = null) {
  const end = endedBuild('b-1', 'rpm/a', 'complete', 1);
  const made = { ...end, contents: { ...end.contents!, packages } };
  const outside = { read: new MemoryStore().read as never };
  const checked = await checkedBuild(
    outside,
    { name: 'farm', ...system } as BuildSystem,
    release as never,
    rebuild,
    made,
  );
  return checked.checks!.find(({ test }) => test === 'millrace.builtin.installable');
}

const failing = (kind: 'missing' | 'unavailable') => ({
  unmet: () => Promise.reject(new AppError({ code: 'no-metadata', kind, message: 'there is no metadata' })),
});

describe('whether a build can be installed', () => {
  it('is what its build system says', async () => {
    expect(await installable({ unmet: () => Promise.resolve([]) })).toMatchObject({ outcome: 'PASSED' });
    expect(await installable({ unmet: () => Promise.resolve(['lib.so.2']) })).toMatchObject({ outcome: 'FAILED' });
  });

  it('passes nobody unseen: a build system that cannot say, and what cannot be read, are told', async () => {
    expect(await installable({})).toMatchObject({
      outcome: 'INFO',
      note: 'nobody could look whether it can be installed: build system farm cannot say',
    });
    expect(await installable(failing('missing'))).toMatchObject({
      outcome: 'INFO',
      note: expect.stringContaining('there is no metadata'),
    });
  });

  it('is left to the resolver, of builds of a cascade, where the build system cannot say', async () => {
    const rebuild = { needs: [] } as unknown as RebuildRow;
    expect(await installable({}, [one], rebuild)).toBeUndefined();
    expect(await installable({ unmet: () => Promise.resolve([]) }, [one], rebuild)).toMatchObject({
      outcome: 'PASSED',
    });
  });

  it('is asked again where it may be known later, and not at all of what has no packages', async () => {
    await expect(installable(failing('unavailable'))).rejects.toThrow('there is no metadata');
    expect(await installable({}, [])).toBeUndefined();
  });
});
