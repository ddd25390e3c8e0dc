import { moduleGraph, type ModuleEdge } from './module-edges';
import { parseModulemd, type ModuleDescription } from './modulemd';
import { availableStreams, expandStreams, newestBuilds, nsvcText, trailingZeroHint } from './streams';

function module(name: string, stream: string, more = '', version = '1', context = 'c1'): string {
  return `---\ndocument: modulemd\nversion: 2\ndata:\n  name: ${name}\n  stream: ${stream}\n  version: ${version}\n  context: ${context}\n${more}`;
}

const needs = (build: string, run = '{}'): string =>
  `  dependencies:\n  - buildrequires: ${build}\n    requires: ${run}\n`;
const read = (...parts: readonly string[]): readonly ModuleDescription[] => parseModulemd(parts.join(''));
const text = (edges: readonly ModuleEdge[]): string[] => edges.map((e) => `${e.from} ${e.kind} ${e.to} ${e.role}`);

describe('edges between modules', () => {
  it('lead to the streams that are there', () => {
    const modules = read(
      module('perl', '5.30'),
      module('perl', '5.32'),
      module('a', '1', needs('{perl: []}', '{perl: [5.32]}')),
      module('b', '1', needs('{perl: [-5.30]}')),
    );
    expect(text(moduleGraph(modules).edges)).toEqual([
      'a:1:1:c1 build perl:5.30 module',
      'a:1:1:c1 build perl:5.32 module',
      'a:1:1:c1 runtime perl:5.32 module',
      'b:1:1:c1 build perl:5.32 module',
    ]);
  });

  it('say where a trailing zero was lost', () => {
    const modules = read(module('perl', '5.30'), module('a', '1', needs('{perl: [5.3]}')));
    const [edge] = moduleGraph(modules).edges;
    expect(edge).toMatchObject({ to: 'perl:5.3', role: 'external', hint: expect.stringContaining('perl:5.30') });
  });

  it('are those that the build system noted, where it did: an expansion would name more', () => {
    const xmd =
      '  xmd: {mbs: {scmurl: "https://src/modules/a#1", buildrequires: {perl: {stream: 5.30, version: 4}}}}\n';
    const modules = read(
      module('perl', '5.30'),
      module('perl', '5.32'),
      module('a', '1', `${xmd}${needs('{perl: []}')}`),
    );
    expect(text(moduleGraph(modules).edges)).toEqual(['a:1:1:c1 build perl:5.30 module']);
    expect(modules[2]!.mbs).toEqual({ scmUrl: 'https://src/modules/a#1', buildRequires: { perl: '5.30' } });
  });

  it('to its own stream mean an older build, and are no cycle', () => {
    const modules = read(module('rust', 'rhel8', needs('{rust: [rhel8]}')));
    expect(text(moduleGraph(modules).edges)).toEqual(['rust:rhel8:1:c1 build rust:rhel8 self']);
  });

  it('to bootstrap streams that were never shipped lead outside', () => {
    const modules = read(
      module('python39', '3.9', needs('{python39: ["3.9-bootstrap"]}')),
      module('perl', '5.32', needs('{perl-bootstrap: [5.32]}')),
      module('z', '1', needs('{nowhere: []}')),
    );
    expect(text(moduleGraph(modules).edges)).toEqual([
      'python39:3.9:1:c1 build python39:3.9-bootstrap external',
      'perl:5.32:1:c1 build perl-bootstrap:5.32 external',
      'z:1:1:c1 build nowhere external',
    ]);
  });

  it('to many streams of the platform are one', () => {
    const streams = ['el8', 'el8.1.0', 'el8.2.0', 'el8.6.0.z'];
    const modules = read(
      ...streams.map((stream) => module('platform', stream)),
      module('a', '1', needs('{platform: [el8.1.0]}', '{platform: []}')),
      module('b', '1', needs('{platform: [-el8]}')),
    );
    expect(text(moduleGraph(modules).edges)).toEqual([
      'a:1:1:c1 build platform platform',
      'a:1:1:c1 runtime platform platform',
      'b:1:1:c1 build platform platform',
    ]);
  });

  it('are those of each context', () => {
    const modules = read(
      module('perl', '5.30'),
      module('perl', '5.32'),
      module('a', '1', needs('{perl: [5.30]}'), '7', 'aaaa'),
      module('a', '1', needs('{perl: [5.32]}'), '7', 'bbbb'),
      module('a', '1', needs('{perl: [5.30]}'), '6', 'cccc'),
    );
    expect(newestBuilds(modules).map(nsvcText)).toEqual([
      'perl:5.30:1:c1',
      'perl:5.32:1:c1',
      'a:1:7:aaaa',
      'a:1:7:bbbb',
    ]);
    expect(text(moduleGraph(newestBuilds(modules)).edges)).toEqual([
      'a:1:7:aaaa build perl:5.30 module',
      'a:1:7:bbbb build perl:5.32 module',
    ]);
  });

  it('end at the limits of the policy, which says what it left out', () => {
    const streams = Array.from({ length: 5 }, (_, n) => `s${n}`);
    const modules = read(...streams.map((s) => module('x', s)), module('a', '1', needs('{x: []}')));
    const policy = { maxStreams: 2, supported: (_: string, stream: string) => stream !== 's0' };
    const { edges, leftOut } = moduleGraph(modules, { policy });
    expect(edges.map((edge) => edge.to)).toEqual(['x:s1', 'x:s2']);
    expect(leftOut.map((one) => `${one.to} ${one.because}`)).toEqual([
      'x:s0 unsupported',
      'x:s3 too-many',
      'x:s4 too-many',
    ]);
  });
});

describe('a stream that looks like a number', () => {
  it.each([
    ['5.3', ['5.30', '5.26'], 'perl:5.30'],
    ['2.1', ['2.10', '2.100'], 'perl:2.10 or perl:2.100'],
    ['1', ['1.0'], 'perl:1.0'],
    ['5.30', ['5.3'], 'perl:5.3'],
  ])('%s is taken for one of %j', (stream, available, words) => {
    expect(trailingZeroHint('perl', stream, available)).toContain(words);
  });

  it.each([
    ['5.3', ['5.31', '5.03']],
    ['f30', ['f3', 'f300']],
    ['rolling', []],
  ])('%s is not taken for one of %j', (stream, available) => {
    expect(trailingZeroHint('perl', stream, available)).toBeNull();
  });

  it('keeps its text in an expansion', () => {
    const available = availableStreams(read(module('perl', '5.30'), module('perl', '1e3')));
    expect(expandStreams({ perl: ['5.30', '1e3'] }, available)[0]).toMatchObject({
      streams: ['5.30', '1e3'],
      external: [],
    });
  });
});
