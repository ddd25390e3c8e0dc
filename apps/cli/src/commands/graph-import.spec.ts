import { orderOf, type ImportOptions } from './graph-import';

const options = (given: Partial<ImportOptions> = {}): ImportOptions => ({
  ...{ sources: [], packages: [], arch: [], profile: [], tag: [], stream: [], maxStreams: '100' },
  ...given,
});

describe('the order of an import', () => {
  it('names Sources and Packages of deb822, by options or by their names', () => {
    const named = orderOf('deb822', 'r', [], options({ sources: ['/d/Sources.xz'], packages: ['/d/Packages.xz'] }));
    expect(named).toMatchObject({
      sources: ['/d/Sources.xz'],
      packages: ['/d/Packages.xz'],
      arch: 'amd64',
      arches: [],
    });
    expect(orderOf('deb822', 'r', ['/d/Packages.xz', '/d/Sources.xz'], options())).toEqual(named);
    expect(orderOf('deb822', 'r', [], options({ arch: ['riscv64'] })).arch).toBe('riscv64');
    expect(() => orderOf('deb822', 'r', [], options({ arch: ['a', 'b'] }))).toThrow('one architecture');
  });

  it('names repositories of rpm-md, local ones by whole paths, with architectures', () => {
    const order = orderOf(
      'rpm-md',
      'r',
      ['repo#priority=5', 'https://example.org/r/'],
      options({ arch: ['x86_64', 'aarch64'] }),
    );
    expect(order.packages).toEqual([`${process.cwd()}/repo#priority=5`, 'https://example.org/r/']);
    expect(order).toMatchObject({ sources: [], arches: ['x86_64', 'aarch64'], deep: false });
  });

  it('names the hub and the tags of koji', () => {
    const hub = 'https://koji.example.org/kojihub';
    const order = orderOf('koji', 'r', [], options({ hub, tag: ['f43', 'f43-updates'], deep: true }));
    expect(order).toMatchObject({ sources: [hub], tags: ['f43', 'f43-updates'], deep: true });
    expect(orderOf('koji', 'r', [hub, 'f43'], options())).toMatchObject({ sources: [hub], tags: ['f43'] });
  });

  it('names files of the other kinds, and the policy of streams', () => {
    const order = orderOf('modulemd', 'r', ['/a.yaml'], options({ stream: ['perl:*'], maxStreams: '5' }));
    expect(order).toMatchObject({ sources: ['/a.yaml'], packages: [], streams: ['perl:*'], max_streams: 5 });
    expect(() => orderOf('modulemd', 'r', [], options({ maxStreams: 'many' }))).toThrow("'many' is no number");
  });
});
