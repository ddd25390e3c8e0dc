import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageXml, writeRepository } from '../../../../test/rpm-repository';
import { networkOf, type Network } from '../../../domain/graph/network';
import { rowOf } from '../../../domain/graph/rows';
import { unresolvedIn } from '../../../domain/graph/unresolved';
import { webSettings } from '../../web/settings';
import { readSource, type SourceRead } from '../read-source';

const folder = mkdtempSync(join(tmpdir(), 'millrace-rpm-md-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const plain = join(__dirname, 'fixtures/plain');
const source = join(__dirname, 'fixtures/source');

function read(packages: readonly string[], more: object = {}): Promise<SourceRead> {
  return readSource({ kind: 'rpm-md', sources: [], packages, arch: 'amd64', ...more }, { web: webSettings });
}
const graphOf = async (packages: readonly string[], more: object = {}): Promise<Network> =>
  networkOf((await read(packages, more)).catalogue);
const out = (network: Network, id: string): string[] =>
  [...rowOf(network.out, network.components.find(id))].map((n) => network.components.get(n)).sort();
const open = (network: Network): string[] =>
  unresolvedIn(network)
    .map((one) => `${one.component} ${one.kind} ${one.requirement}`)
    .sort();

describe('a repository for several architectures', () => {
  it('satisfies a requirement on its own architecture only, or by noarch', async () => {
    const network = await graphOf([plain]);
    expect(out(network, 'rpm/wheel')).toEqual(['rpm/stone']);
    expect(open(network)).toEqual(['rpm/wheel runtime libstone.so.1()(64bit)']);
    expect(unresolvedIn(network)[0]!.hint).toBe('there is libstone.so.1()(64bit) only for x86_64');
    expect(open(await graphOf([plain], { arches: ['x86_64'] }))).toEqual([]);
    expect(open(await graphOf([`file://${plain}`], { arches: ['aarch64'] }))).toEqual([
      'rpm/wheel runtime libstone.so.1()(64bit)',
    ]);
  });

  it('has 32-bit packages beside those of x86_64, whose requirements they may meet', async () => {
    const network = await graphOf([plain], { arches: ['x86_64'] });
    const names = Array.from({ length: network.packageNames.count }, (_, n) => network.packageNames.get(n));
    expect(names.filter((name) => name === 'glibc')).toHaveLength(2);
    expect(open(network)).toEqual([]);
  });

  it('builds a source on each architecture that it has packages of', async () => {
    const network = await graphOf([plain], { sources: [source] });
    expect(out(network, 'rpm/wheel')).toEqual(['rpm/stone']);
    expect(open(network)).toEqual([
      ...['rpm/grain build cpu-of-x86', 'rpm/wheel build stone >= 1', 'rpm/wheel runtime libstone.so.1()(64bit)'],
    ]);
    expect(open(await graphOf([plain], { sources: [source], arches: ['x86_64'] }))).toEqual([
      'rpm/grain build cpu-of-x86',
    ]);
  });
});

describe('repositories', () => {
  it('may be of sources, of binaries, or both: packages tell what they are', async () => {
    const [apart, together] = [await read([plain], { sources: [source] }), await read([source, plain])];
    expect(together).toEqual(apart);
    const sources = await graphOf([], { sources: [source] });
    expect([...sources.components]).toEqual(['rpm/glibc', 'rpm/grain', 'rpm/stone', 'rpm/wheel']);
  });
});

describe('files that somebody requires', () => {
  it('are looked up in filelists, which nobody opens else', async () => {
    expect(out(await graphOf([plain]), 'rpm/wheel')).toContain('rpm/stone');
    // The repository of sources has none.
    expect((await graphOf([source])).components.count).toBe(4);
  });
});

describe('several versions and repositories', () => {
  it('count by their newest, and what does not count is told with its reason', async () => {
    const { catalogue, findings } = await read([plain]);
    const network = networkOf(catalogue);
    expect(network.versions.get(network.components.find('rpm/grain'))).toBe('grain-2-1');
    expect(findings.duplicates.examples).toEqual(['grain-1-1.noarch: there is a newer one, which counts']);
    expect(findings.leftOut.examples).toContain('corn-1-1.noarch: grain-2-1.noarch obsoletes it');
    expect([...network.components]).not.toContain('rpm/corn');
  });

  it('are those of the better priority, however old; the newest among equals', async () => {
    const mine = mkdtempSync(join(folder, 'mine-'));
    writeRepository(mine, packageXml('stone', '0.1'), packageXml('grain', '3'));
    const version = async (packages: string[], name: string): Promise<string> => {
      const network = await graphOf(packages);
      const at = Array.from({ length: network.packageNames.count }, (_, n) => network.packageNames.get(n)).indexOf(
        name,
      );
      return network.packageVersions.get(at);
    };
    expect(await version([plain, mine], 'grain')).toBe('3-1');
    expect(await version([plain, mine], 'stone')).toBe('1-1');
    expect(await version([plain, `${mine}#priority=10`], 'stone')).toBe('0.1-1');
    expect(await version([`${plain}#priority=98`, mine], 'grain')).toBe('2-1');
  });
});

describe('modules in the same repository', () => {
  it('stand in the graph, and only packages of the default stream stand among the others', async () => {
    const { catalogue, findings } = await read([plain]);
    const network = networkOf(catalogue);
    expect([...network.components]).toEqual(expect.arrayContaining(['module/perl:5.30', 'module/perl:5.32']));
    expect(out(network, 'module/perl:5.30')).toEqual(['rpm/perl']);
    expect(network.versions.get(network.components.find('rpm/perl'))).toBe('perl-5.30-1.module');
    expect(findings.leftOut.examples).toContain(
      'packages of perl:5.32:1:abcd1234: it is not the default stream of its module',
    );
  });
});

describe('the same input', () => {
  it('gives the same graph, byte by byte', async () => {
    const [one, two] = [await read([plain]), await read([plain])];
    expect(one).toEqual(two);
  });
});
