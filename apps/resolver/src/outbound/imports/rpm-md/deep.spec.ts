import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkOf, type Network } from '../../../domain/graph/network';
import { rowOf } from '../../../domain/graph/rows';
import { webSettings } from '../../web/settings';
import { readSource, type SourceRead } from '../read-source';

const folder = mkdtempSync(join(tmpdir(), 'millrace-deep-'));
const repository = join(folder, 'repository');
const sources = join(folder, 'sources');
const cache = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tools = ['gcc', 'rpmbuild', 'createrepo_c', 'rpm2cpio', 'bwrap'];
const missing = tools.filter((tool) => !existsSync(`/usr/bin/${tool}`));
const rpmArch = arch() === 'arm64' ? 'aarch64' : 'x86_64';

const spec = (name: string, lines: readonly string[], install: string, files: readonly string[]): string =>
  [
    ...[`Name: ${name}`, 'Version: 1', 'Release: 1', 'Summary: s', 'License: CC0-1.0', ...lines],
    ...['%global debug_package %{nil}', '%description', 'd', '%install', install, '%files', ...files, ''],
  ].join('\n');

const library = (symbols: string): string => `
mkdir -p %{buildroot}/usr/lib64 %{buildroot}/usr/include %{buildroot}/usr/lib/rpm/macros.d
printf '${symbols}' > gear.c
gcc -shared -fPIC -Wl,-soname,libgear.so.7 -o %{buildroot}/usr/lib64/libgear.so.7 gear.c
echo 'int gear_turn(int);' > %{buildroot}/usr/include/gear.h
echo '%%gear 7' > %{buildroot}/usr/lib/rpm/macros.d/macros.gear`;
const program = (symbol: string): string => `
mkdir -p %{buildroot}/usr/bin
printf 'int ${symbol}(int); int main(void) { return ${symbol}(0); }' > main.c
printf 'int ${symbol}(int n) { return n; }' > stub.c
gcc -shared -fPIC -Wl,-soname,libgear.so.7 -o libgear.so stub.c
gcc -o %{buildroot}/usr/bin/${symbol} main.c libgear.so`;

function build(): void {
  const gear =
    'int gear_turn(int n) { return n; } int gear_stop(int n) { return n; } int gear_unused(int n) { return n; }';
  const files = ['/usr/lib64/libgear.so.7', '/usr/include/gear.h', '/usr/lib/rpm/macros.d/macros.gear'];
  const specs = {
    gear: spec('gear', [], library(gear), files),
    mill: spec('mill', [`ExclusiveArch: ${rpmArch} noarch`, 'BuildRequires: gear'], program('gear_turn'), [
      '/usr/bin/gear_turn',
    ]),
    saw: spec('saw', [`ExcludeArch: nowhere`, 'BuildRequires: gear'], program('gear_stop'), ['/usr/bin/gear_stop']),
  };
  const paths = Object.entries(specs).map(([name, text]) => {
    writeFileSync(join(folder, `${name}.spec`), text);
    return join(folder, `${name}.spec`);
  });
  const defines = [
    `_topdir ${folder}/top`,
    `_rpmdir ${repository}`,
    `_srcrpmdir ${sources}`,
    `_builddir ${folder}/build`,
  ];
  for (const one of [repository, sources, join(folder, 'build')]) mkdirSync(one, { recursive: true });
  execFileSync('rpmbuild', ['-ba', '--nodeps', '--quiet', ...defines.flatMap((one) => ['--define', one]), ...paths], {
    stdio: 'pipe',
    env: { ...process.env, HOME: folder },
  });
  for (const one of [repository, sources]) execFileSync('createrepo_c', ['--quiet', one]);
}

function read(more: object = {}): Promise<SourceRead> {
  const order = { kind: 'rpm-md', sources: [sources], packages: [repository], arch: 'amd64', deep: true, ...more };
  return readSource(order, { web: webSettings, cache });
}

const offered = (network: Network, capability: string): string[] => {
  const at = network.capabilities.find(capability);
  if (at === -1) return [];
  return [...rowOf(network.offers, at)].map((n) => network.packageNames.get(network.offerPackage[n]!));
};
const users = (network: Network, capability: string): string[] => {
  const at = network.capabilities.find(capability);
  if (at === -1) return [];
  const clauses = [...rowOf(network.mentions, at)];
  return clauses.flatMap((n) => [...rowOf(network.runners, n)]).map((n) => network.packageNames.get(n));
};

(missing.length === 0 ? describe : describe.skip)(
  `an import that reads the packages themselves (${missing.length === 0 ? 'all tools there' : `without ${missing.join(', ')}`})`,
  () => {
    beforeAll(build, 60_000);

    it('offers each symbol that another package uses, and requires it there', async () => {
      const network = networkOf((await read()).catalogue);
      expect(offered(network, 'libgear.so.7(gear_turn)')).toEqual(['gear']);
      expect(users(network, 'libgear.so.7(gear_turn)')).toEqual(['mill']);
      expect(users(network, 'libgear.so.7(gear_stop)')).toEqual(['saw']);
      expect(network.capabilities.find('libgear.so.7(gear_unused)')).toBe(-1);
    });

    it('offers digests of header and macro files', async () => {
      const network = networkOf((await read()).catalogue);
      for (const name of ['header(/usr/include/gear.h)', 'rpm-macros(/usr/lib/rpm/macros.d/macros.gear)']) {
        expect(offered(network, name)).toEqual(['gear']);
        const [offer] = rowOf(network.offers, network.capabilities.find(name));
        expect(network.offerText.get(offer!)).toMatch(/^= [0-9a-f]{16}$/);
      }
    });

    it('reads on which architectures sources are built', async () => {
      const { catalogue, findings } = await read();
      const network = networkOf(catalogue);
      const wants = (id: string): string[] =>
        [...rowOf(network.build, network.components.find(id))].map((n) =>
          network.architectures.get(network.clauseArch[n]!),
        );
      expect(wants('rpm/mill')).toContain(rpmArch);
      expect(wants('rpm/saw')).toContain(rpmArch);
      expect(findings.leftOut.total).toBe(0);
    });

    it('keeps what it read by digest, and gives the same again', async () => {
      const first = await read();
      const before = readdirSync(cache);
      expect(before.filter((name) => name.endsWith('.json'))).toHaveLength(6);
      expect(await read()).toEqual(first);
      expect(readdirSync(cache)).toEqual(before);
    });

    it('goes on without a package that is not what the repository promises, and tells', async () => {
      rmSync(cache, { recursive: true, force: true });
      const at = readdirSync(repository, { recursive: true, encoding: 'utf8' }).find((name) =>
        name.includes('gear-1'),
      )!;
      writeFileSync(join(repository, at), 'no package');
      const { catalogue, findings } = await read();
      expect(networkOf(catalogue).capabilities.find('header(/usr/include/gear.h)')).toBe(-1);
      expect(findings.leftOut.examples[0]).toMatch(
        /what is inside of .*gear-1-1.*: .*not the package that the repository promises/,
      );
    });
  },
);
