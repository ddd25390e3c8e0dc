import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkOf, type Network } from '../../../domain/graph/network';
import { rowOf } from '../../../domain/graph/rows';
import { unresolvedIn } from '../../../domain/graph/unresolved';
import { webSettings } from '../../web/settings';
import { readSource, type SourceRead } from '../read-source';

const folder = mkdtempSync(join(tmpdir(), 'millrace-deb822-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string): string => join(__dirname, 'fixtures', name);

function read(more: object = {}, suffix = ''): Promise<SourceRead> {
  const files = { sources: [fixture(`Sources${suffix}`)], packages: [fixture(`Packages${suffix}`)] };
  return readSource({ kind: 'deb822', ...files, arch: 'amd64', ...more }, { web: webSettings });
}
const graphOf = async (more: object = {}): Promise<Network> => networkOf((await read(more)).catalogue);
const wants = (network: Network, id: string): string[] =>
  [...rowOf(network.build, network.components.find(id))].map((n) => network.clauses.get(n));
const open = (network: Network): string[] =>
  unresolvedIn(network)
    .map((one) => `${one.component} ${one.kind} ${one.requirement}`)
    .sort();

describe('Sources and Packages', () => {
  it.each(['.gz', '.xz', '.zst', '.lz4'])('are the same when they are compressed as %s', async (suffix) => {
    expect(await read({}, suffix)).toEqual(await read());
  });

  it('give what holds for the architecture and without profiles, alternatives and qualifiers kept', async () => {
    expect(wants(await graphOf(), 'deb/stone')).toEqual([
      ...['debhelper-compat (= 13)', 'gcc-12:native | clang', 'any-tool', 'check-tool', 'python3:any'],
      ...['zlib-dev (>= 1.2~)', 'doc-tool'],
    ]);
  });

  it('give what holds for other architectures and profiles', async () => {
    const arm = wants(await graphOf({ arch: 'armhf' }), 'deb/stone');
    expect(arm).toEqual(expect.arrayContaining(['armtool', 'cross']));
    const staged = wants(await graphOf({ profiles: ['stage1', 'nocheck'] }), 'deb/stone');
    expect(staged).toContain('stage-tool');
    expect(staged).not.toContain('check-tool');
  });

  it('are resolved by names, virtual packages and versions', async () => {
    const network = await graphOf();
    const out = (id: string): string[] =>
      [...rowOf(network.out, network.components.find(id))].map((n) => network.components.get(n)).sort();
    expect(out('deb/wheel')).toEqual(['deb/stone', 'deb/tools']);
    expect(out('deb/stone')).toEqual(['deb/tools']);
    expect(open(network)).toEqual([
      ...['deb/stone build zlib-dev (>= 1.2~)', 'deb/stone runtime libc6 (>= 2.34)'],
      'deb/tools problem check-tool:any',
      ...['deb/wheel build versioned (>= 3)', 'deb/wheel runtime foreign:armhf'],
    ]);
  });

  it('count by the newest version of a source, and not as what is kept for a licence only', async () => {
    const { catalogue, findings } = await read();
    const network = networkOf(catalogue);
    expect(network.components.find('deb/old')).toBe(-1);
    expect(network.versions.get(network.components.find('deb/wheel'))).toBe('2.0-1');
    expect(findings.duplicates).toEqual({ total: 1, examples: ['deb/wheel: version 1.9-4: 2.0-1 counts'] });
  });

  it('hold hints for what nothing satisfies', async () => {
    const hints = unresolvedIn(await graphOf()).map((one) => `${one.requirement}: ${one.hint}`);
    expect(hints).toContain('versioned (>= 3): there is only versioned 2');
  });
});

describe('Sources and Packages that cannot be read', () => {
  it.each([
    [
      'a dependency that is none',
      'Package: a\nVersion: 1\nBuild-Depends: b (>= \n',
      /Sources\.bad, line 1: .*Build-Depends|line 1.*'b \(>= *'/,
    ],
    ['a field that is there twice', 'Package: a\nVersion: 1\nVersion: 2\n', /line 3: the field Version is there twice/],
    ['no name', 'Version: 1\n', /line 1: .*Package/],
    ['a line that is no field', 'Package: a\nVersion: 1\nnonsense\n', /line 3: 'nonsense' is no field/],
    ['binary rubbish', '\0\u0001\u0002rubbish', /line 1: /],
  ])('with %s are refused with file and line', async (_, text, message) => {
    const path = join(folder, 'Sources.bad');
    writeFileSync(path, text);
    const refused = await read({ sources: [path] }).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({
      ...{ code: 'metadata-damaged', kind: 'invalid', message: expect.stringMatching(message) },
      remedy: expect.stringContaining('fetch it again'),
    });
    expect((refused as Error).message).toContain(path);
  });
});
