import { library, pack, part } from '../../test/worlds';
import { around, externalId, graphOf, shortestPath } from './neighbours';
import { didYouMean } from './suggest';
import { worldOf } from './world';

const graph = graphOf(
  worldOf([
    library('stone', 1, { buildRequires: ['gcc'] }),
    library('mill', 1, { buildRequires: ['gcc', 'stone-devel'], links: ['stone.so.1()(64bit)'] }),
    part('rpm/wheel', { buildRequires: ['mill-devel'], packages: [pack('wheel', { requires: ['measures >= 2'] })] }),
    part('rpm/measures', { packages: [pack('measures')] }),
    part('stack/all', { contains: ['rpm/wheel', 'rpm/vanished-long-ago'] }),
    part('rpm/book', {
      packages: [pack('book', { requires: ['wheel', '(a-or-b)'] })],
      buildRequires: ['/usr/share/x/y.tsv'],
    }),
    part('rpm/data', { packages: [pack('data', { declared: true, files: ['/usr/share/x/*.tsv'] })] }),
  ]),
);

describe('dependants and dependencies', () => {
  it('are found by distance, with the capability on the way', () => {
    expect(around(graph, 'rpm/stone', 'dependants', 'any', 5)).toEqual([
      { component: 'rpm/mill', kind: 'build', via: 'stone-devel', distance: 1 },
      { component: 'rpm/wheel', kind: 'build', via: 'mill-devel', distance: 2 },
      { component: 'rpm/book', kind: 'runtime', via: 'wheel', distance: 3 },
      { component: 'stack/all', kind: 'contains', via: 'rpm/wheel', distance: 3 },
    ]);
  });

  it('can be narrowed to a kind', () => {
    expect(around(graph, 'rpm/mill', 'dependencies', 'runtime', 1).map((n) => [n.component, n.via])).toEqual([
      ['rpm/stone', 'stone.so.1()(64bit)'],
    ]);
  });

  it('know declared files by their patterns', () => {
    expect(around(graph, 'rpm/book', 'dependencies', 'build', 1).map((n) => n.component)).toEqual(['rpm/data']);
  });
});

describe('a path', () => {
  it('is a shortest chain', () => {
    expect(shortestPath(graph, 'stack/all', 'rpm/stone').map((n) => n.component)).toEqual([
      'rpm/wheel',
      'rpm/mill',
      'rpm/stone',
    ]);
  });

  it('is empty where there is none', () => {
    expect(shortestPath(graph, 'rpm/stone', 'stack/all')).toEqual([]);
  });
});

describe('what nothing provides', () => {
  it('is an external node, and reported with a hint', () => {
    expect(graph.externals).toEqual(['external/a-or-b', 'external/gcc', 'external/measures', 'rpm/vanished-long-ago']);
    const hints = new Map(graph.unresolved.map((one) => [one.requirement, one.hint]));
    expect(hints.get('measures >= 2')).toBe('there is only measures = 1.0-1');
    expect(hints.get('(a-or-b)')).toContain('rich');
    expect(hints.get('rpm/vanished-long-ago')).toContain('similar name');
    expect(hints.get('gcc')).toContain('platform');
  });

  it('gets an id from any text', () => {
    expect(externalId('/usr/bin/python3')).toBe('external/usr-bin-python3');
    expect(externalId('libc.so.6(GLIBC_2.34)(64bit)')).toBe('external/libc.so.6-GLIBC_2.34-64bit');
    expect(externalId('()')).toBe('external/unnamed');
  });
});

describe('a name that is not known', () => {
  const known = ['rpm/libstone', 'rpm/libmill', 'module/mill:1.0'];

  it.each([
    ['rpm/libston', 'rpm/libstone'],
    ['rpm/LibMill', 'rpm/libmill'],
    ['module/mill:2.0', 'module/mill:1.0'],
    ['container/libmill', 'rpm/libmill'],
  ])('%s: did you mean %s', (written, meant) => {
    expect(didYouMean(written, known)).toContain(meant);
  });

  it('says where to look when nothing is near', () => {
    expect(didYouMean('rpm/zzzzzzzz', known)).toContain('millrace graph show');
  });

  it('says what to ask where the platform is meant, which is no component', () => {
    const known = ['module/perl:5.30', 'module/platfrom-tools:1'];
    for (const id of ['module/platform:f29', 'module/platform']) {
      expect(didYouMean(id, known)).toContain('millrace graph search module/');
    }
    expect(didYouMean('module/platform:f30', ['module/platform:f29'])).toContain('did you mean module/platform:f29');
  });
});
