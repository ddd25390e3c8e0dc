import { parseModulemd } from './modulemd';

const built = `
---
document: modulemd
version: 2
data:
  name: perl
  stream: 5.30
  version: 20260101000000
  context: abcd1234
  summary: Perl
  dependencies:
    - buildrequires: { perl: [5.30], platform: [el8] }
      requires: { platform: [], gnome: [-old] }
  profiles: { common: { rpms: [perl-core] } }
  components:
    rpms:
      perl-bootstrap: { rationale: first, ref: 5.30, buildorder: -1 }
      perl: { rationale: all, buildorder: '10' }
  artifacts: { rpms: [perl-4:5.30.1-1.x86_64] }
...
---
document: modulemd-defaults
version: 1
data: { module: perl, stream: 5.30 }
`;

describe('a module that was built', () => {
  const [perl, ...others] = parseModulemd(built);

  it('is the only one of the stream of documents', () => {
    expect(others).toEqual([]);
    expect(perl).toMatchObject({ form: 'built', name: 'perl', version: '20260101000000', context: 'abcd1234' });
  });

  it('keeps the zero of its stream, everywhere', () => {
    expect(perl!.stream).toBe('5.30');
    expect(perl!.dependencies[0]!.buildRequires).toEqual({ perl: ['5.30'], platform: ['el8'] });
    expect(perl!.components[0]!.ref).toBe('5.30');
  });

  it('reads any stream, excluded streams, and build orders as numbers, negative ones too', () => {
    expect(perl!.dependencies[0]!.requires).toEqual({ platform: [], gnome: ['-old'] });
    expect(perl!.components.map((c) => c.buildOrder)).toEqual([-1, 10]);
  });

  it('has profiles and artifacts', () => {
    expect(perl!.profiles).toEqual({ common: ['perl-core'] });
    expect(perl!.artifacts).toEqual(['perl-4:5.30.1-1.x86_64']);
  });
});

describe("a packager's form", () => {
  it('of version 2 has no version and no context', () => {
    const [module] = parseModulemd('document: modulemd\nversion: 2\ndata: {name: mill, stream: 1.0}');
    expect(module).toMatchObject({ form: 'packager', name: 'mill', stream: '1.0', version: null, context: null });
  });

  it('of version 3 has configurations with a platform each', () => {
    const [module] = parseModulemd(
      'document: modulemd-packager\nversion: 3\ndata: {name: mill, stream: "1", configurations: [{context: A, platform: f43, buildrequires: {go: [1.20]}}]}',
    );
    expect(module!.dependencies).toEqual([
      { buildRequires: { platform: ['f43'], go: ['1.20'] }, requires: { platform: ['f43'] } },
    ]);
  });
});

describe('a text whose closing quote is not indented', () => {
  it('is read as libyaml reads it', () => {
    const yaml =
      "document: modulemd\nversion: 2\ndata:\n  name: a\n  stream: '1'\n  summary: 'two\n    lines\n\n'\n  version: 7\n";
    expect(parseModulemd(yaml)[0]).toMatchObject({ version: '7', summary: expect.stringContaining('two lines') });
  });
});

describe('a module of version 1', () => {
  it('has one stream for each module that it needs', () => {
    const [module] = parseModulemd(
      'document: modulemd\nversion: 1\ndata: {name: mill, stream: f29, dependencies: {buildrequires: {platform: f29}, requires: {perl: 5.30}}}',
    );
    expect(module!.dependencies).toEqual([{ buildRequires: { platform: ['f29'] }, requires: { perl: ['5.30'] } }]);
  });
});

describe('a component that is built after others', () => {
  it('names them', () => {
    const [module] = parseModulemd(
      'document: modulemd\nversion: 2\ndata: {name: mill, stream: 1, components: {rpms: {a: {}, b: {buildafter: [a]}}}}',
    );
    expect(module!.components).toEqual([
      { name: 'a', ref: null, buildOrder: 0 },
      { name: 'b', ref: null, buildOrder: 0, buildAfter: ['a'] },
    ]);
  });
});

describe('a damaged document', () => {
  it.each([
    ['document: modulemd\nversion: 2\ndata: {stream: 1}', 'no name'],
    ['document: modulemd\nversion: 9\ndata: {name: a, stream: 1}', "version '9'"],
    ['document: modulemd-packager\nversion: 1\ndata: {name: a, stream: 1}', 'only 2 and 3'],
    [
      'document: modulemd\nversion: 2\ndata: {name: a, stream: 1, components: {rpms: {x: {buildorder: soon}}}}',
      'buildorder',
    ],
    ['document: [', 'cannot be read'],
  ])('%j is refused', (yaml, words) => {
    expect(() => parseModulemd(yaml)).toThrow(
      expect.objectContaining({ code: 'modulemd-damaged', message: expect.stringContaining(words) }),
    );
  });

  it('with aliases that multiply is refused', () => {
    const levels = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((c, n) => `${c}: &${c} [${Array(9).fill(`*${'abcdefg'[n]}`).join(',')}]`),
    ];
    expect(() => parseModulemd(levels.join('\n'))).toThrow(expect.objectContaining({ code: 'modulemd-damaged' }));
  });

  it('that nests without an end is refused', () => {
    for (const yaml of ['['.repeat(20_000), '{a: '.repeat(20_000), `a: ${'- '.repeat(20_000)}`]) {
      expect(() => parseModulemd(yaml)).toThrow(expect.objectContaining({ code: 'modulemd-damaged' }));
    }
  });

  it('is named with its number and its line', () => {
    expect(() => parseModulemd(`${built}---\ndocument: modulemd\nversion: 7\n`, 'modules.yaml')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`modules.yaml, document 3 (line ${built.split('\n').length})`),
      }),
    );
  });

  it('of many is refused when it is too large', () => {
    expect(() => parseModulemd(`a: ${'x'.repeat(9_000_000)}`)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('characters') }),
    );
  });
});
