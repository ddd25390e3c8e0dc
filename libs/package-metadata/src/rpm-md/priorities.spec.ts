import type { Dependency } from './dependency';
import type { RepositoryPackage } from './primary';
import { candidatesOf, newestOf, obsoletedBy, type Candidate } from './priorities';

function pack(
  name: string,
  version: string,
  obsoletes: readonly Dependency[] = [],
  arch = 'noarch',
): RepositoryPackage {
  return {
    ...{ name, epoch: '0', version, release: '1', arch, sourceRpm: null, location: '', size: 0, checksum: '' },
    ...{ provides: [], requires: [], files: [], obsoletes },
  };
}

const text = (all: readonly Candidate[]): string[] =>
  all.map((one) => `${one.repository}/${one.of.name}-${one.of.version}`);

describe('packages of several repositories', () => {
  const base = { id: 'base', priority: 99, packages: [pack('a', '2'), pack('b', '1'), pack('a', '3')] };
  const pinned = { id: 'pinned', priority: 10, packages: [pack('a', '1')] };

  it('are those of the best priority, name by name, however old', () => {
    expect(text(candidatesOf([base, pinned]))).toEqual(['base/b-1', 'pinned/a-1']);
  });

  it('all count when the priority is the same, doubles once', () => {
    const other = { id: 'other', priority: 99, packages: [pack('a', '2'), pack('c', '1')] };
    expect(text(candidatesOf([base, other]))).toEqual(['base/a-2', 'base/b-1', 'base/a-3', 'other/c-1']);
  });

  it('have a newest one for each architecture', () => {
    const both = {
      ...base,
      packages: [pack('a', '1.10', [], 'x86_64'), pack('a', '1.9', [], 'x86_64'), pack('a', '1.9', [], 's390x')],
    };
    expect(text(newestOf(candidatesOf([both])))).toEqual(['base/a-1.10', 'base/a-1.9']);
  });

  it('of which one is for all architectures compete with each', () => {
    const moved = {
      ...base,
      packages: [pack('a', '1'), pack('a', '2', [], 'x86_64'), pack('b', '2'), pack('b', '1', [], 's390x')],
    };
    expect(text(newestOf(candidatesOf([moved])))).toEqual(['base/a-2', 'base/b-2']);
  });

  it('are obsolete when another says so, by name and version', () => {
    const packages = [
      pack('new', '2', [
        { name: 'old', flags: 'LT', epoch: '0', version: '2' },
        { name: 'new', flags: 'LT', epoch: '0', version: '9' },
      ]),
      ...[pack('old', '1'), pack('old', '2'), pack('older', '1')],
    ];
    const found = [...obsoletedBy(candidatesOf([{ id: 'x', priority: 99, packages }]))];
    expect(found.map((pair) => text(pair))).toEqual([['x/old-1', 'x/new-2']]);
  });
});
