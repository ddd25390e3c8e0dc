import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { flag } from '../../../domain/graph/catalogue';
import { kindBits, networkOf, type Network } from '../../../domain/graph/network';
import { rowOf } from '../../../domain/graph/rows';
import { webSettings } from '../../web/settings';
import { readSource, type SourceRead } from '../read-source';

const folder = mkdtempSync(join(tmpdir(), 'millrace-modulemd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string): string => join(__dirname, 'fixtures', name);

function read(sources: readonly string[], more: object = {}): Promise<SourceRead> {
  return readSource({ kind: 'modulemd', sources, packages: [], arch: 'amd64', ...more }, { web: webSettings });
}

const graphOf = async (name: string, more: object = {}): Promise<Network> =>
  networkOf((await read([fixture(name)], more)).catalogue);
const out = (network: Network, id: string): string[] =>
  [...rowOf(network.out, network.components.find(id))].map((n) => network.components.get(n));
const isExternal = (network: Network, id: string): boolean =>
  (network.flags[network.components.find(id)]! & flag.external) !== 0;

/** Component, what, and why, of everything that is told. */
function problems(network: Network): string[] {
  return Array.from({ length: network.problems.count / 3 }, (_, n) =>
    [0, 1, 2].map((part) => network.problems.get(3 * n + part)).join(' | '),
  );
}

describe('every version of modulemd', () => {
  it('is read: v1, v2, and the packager form v3', async () => {
    const network = await graphOf('versions.yaml');
    expect(out(network, 'module/one:1').sort()).toEqual(['module/two:2', 'rpm/lib']);
    expect(out(network, 'module/three:3.10')).toEqual(['module/one:1']);
  });

  it('tells what a module needs at run time apart from what it is built with', async () => {
    const network = await graphOf('traps.yaml');
    const from = network.components.find('module/freeradius:3.0');
    const at = [...rowOf(network.out, from)].indexOf(network.components.find('module/perl:5.30'));
    expect(network.outKinds[network.out.offsets[from]! + at]).toBe(kindBits.build | kindBits.runtime);
  });

  it('counts what xmd.mbs says that a build used over what its requirements would expand to', async () => {
    expect(out(await graphOf('versions.yaml'), 'module/two:2')).toEqual(['module/three:3.10']);
  });

  it("is read compressed, and the packager's form v2, which has no name, under the name of its file", async () => {
    const text =
      'document: modulemd-packager\nversion: 2\ndata:\n  summary: s\n  description: d\n  license: {module: [MIT]}\n';
    const [named, nameless] = ['perl:5.30.yaml.gz', 'modules.yaml.gz'].map((name) => join(folder, name));
    for (const path of [named!, nameless!]) writeFileSync(path, gzipSync(text));
    expect([...(await read([named!])).catalogue.components]).toEqual(['module/perl:5.30']);
    const refused = await read([nameless!]).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: 'modulemd-nameless', remedy: expect.stringContaining('perl:5.30.yaml') });
  });
});

describe('traps of published metadata', () => {
  it('a lost trailing zero: the stream is external, and the hint names the one that was meant', async () => {
    const network = await graphOf('traps.yaml');
    expect(out(network, 'module/perl-DBI:1.641')).toEqual(['module/perl:5.3']);
    expect(isExternal(network, 'module/perl:5.3')).toBe(true);
    expect(problems(network).find((one) => one.includes('5.3 |'))).toMatch(
      /perl-DBI.*perl:5\.30 is.*lost a trailing zero/,
    );
  });

  it('all scalars are texts: the stream 5.30 keeps its zero in the name of the component', async () => {
    const network = await graphOf('traps.yaml');
    expect([...network.components]).toContain('module/perl:5.30');
  });

  it('a module that build-requires itself means an older build, and is no cycle', async () => {
    const network = await graphOf('traps.yaml');
    expect(out(network, 'module/perl:5.30')).not.toContain('module/perl:5.30');
    expect(problems(network).some((one) => one.includes('perl:5.30 | perl:5.30'))).toBe(false);
  });

  it('a negative buildorder comes first, and one in quotes is a number too', async () => {
    const network = await graphOf('traps.yaml');
    const perl = network.components.find('module/perl:5.30');
    const contained = [...rowOf(network.contains, perl)].map((n) => network.components.get(n));
    expect(contained).toEqual(['rpm/perl-macros', 'rpm/perl', 'module/perl-tools:1.0', 'rpm/perl-Fcntl']);
  });

  it('a bootstrap stream that was never shipped is external, and told', async () => {
    const network = await graphOf('traps.yaml');
    expect(out(network, 'module/perl:5.30')).toContain('module/perl-bootstrap:5.30');
    expect(isExternal(network, 'module/perl-bootstrap:5.30')).toBe(true);
    expect(problems(network).some((one) => /perl:5\.30 \| perl-bootstrap:5\.30 \| .*external/.test(one))).toBe(true);
  });

  it('many platform streams are no edges at all', async () => {
    const network = await graphOf('traps.yaml');
    expect([...network.components].filter((id) => id.includes('platform'))).toEqual([]);
  });

  it('contexts are one component, and an older version does not count', async () => {
    const { catalogue, findings } = await read([fixture('traps.yaml')]);
    const network = networkOf(catalogue);
    expect([...network.components].filter((id) => id === 'module/perl:5.30')).toHaveLength(1);
    expect(out(network, 'module/perl:5.30')).not.toContain('module/gone:old');
    expect(findings.duplicates.examples).toEqual([
      'perl:5.30:20250101000000:aaaa1111: there is a newer version, which counts',
    ]);
  });

  it('negation means every stream but that one', async () => {
    expect(out(await graphOf('traps.yaml'), 'module/freeradius:3.0')).toEqual(['module/perl:5.30']);
  });
});

describe('the policy against too many streams', () => {
  it('leaves out what came to its end, with its date and successor', async () => {
    const { catalogue, findings } = await read([fixture('traps.yaml')]);
    expect([...networkOf(catalogue).components]).not.toContain('module/perl:5.24');
    expect(findings.leftOut.examples).toContain(
      'perl:5.24:20260101000000:aaaa1111: end of life since 2021-05-01T00:00Z, use perl:5.30: upstream ended it',
    );
  });

  it('follows supported streams only, and says which it did not and why, in the report and at the component', async () => {
    const { catalogue, findings } = await read([fixture('traps.yaml')], { streams: ['freeradius:*', 'perl-DBI:*'] });
    const network = networkOf(catalogue);
    expect(out(network, 'module/freeradius:3.0')).toEqual([]);
    expect(problems(network)).toContain(
      'module/freeradius:3.0 | perl:5.30 | left out: the release does not support it',
    );
    expect(findings.leftOut.examples).toContain(
      'freeradius:3.0:20260101000000:aaaa1111 needs perl:5.30: the release does not support it',
    );
  });

  it('follows no more streams of one need than the limit', async () => {
    const module = (name: string, stream: string, needs = ''): string =>
      `---\ndocument: modulemd\nversion: 2\ndata:\n  name: ${name}\n  stream: "${stream}"\n  version: 1\n  context: c\n  summary: s\n  description: d\n  license: {module: [MIT]}\n${needs}...\n`;
    const path = join(folder, 'many.yaml');
    const streams = Array.from({ length: 6 }, (_, n) => module('x', `s${n}`));
    writeFileSync(path, `${streams.join('')}${module('a', '1', '  dependencies:\n  - buildrequires: {x: []}\n')}`);
    const { catalogue, findings } = await read([path], { max_streams: 2 });
    expect(out(networkOf(catalogue), 'module/a:1')).toEqual(['module/x:s0', 'module/x:s1']);
    expect(findings.leftOut.total).toBe(4);
    expect(findings.leftOut.examples[0]).toBe('a:1:1:c needs x:s2: only 2 streams are followed');
  });
});

describe('modulemd that cannot be trusted', () => {
  it.each([
    ['of an unknown version', 'document: modulemd\nversion: 9\ndata: {}\n', /document 1 \(line 1\).*version '9'/],
    [
      'with unknown keys',
      '---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  colour: red\n',
      /document 1 \(line 1\).*colour/,
    ],
    ['that is a bomb of aliases', 'a: &a [x]\nb: *a\n', /alias/],
    ['that nests without end', `document: ${'['.repeat(20_000)}`, /cannot be read/],
  ])('%s is refused with its document', async (_, text, message) => {
    const path = join(folder, 'bad.yaml');
    writeFileSync(path, text);
    const refused = await read([path]).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({
      code: 'modulemd-damaged',
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('modulemd-validator'),
    });
  });
});
