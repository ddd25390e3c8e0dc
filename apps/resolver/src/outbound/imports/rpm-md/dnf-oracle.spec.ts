import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkOf, type Network } from '../../../domain/graph/network';
import { neighboursOf } from '../../../domain/graph/paths';
import { unresolvedIn } from '../../../domain/graph/unresolved';
import { webSettings } from '../../web/settings';
import { readSource } from '../read-source';

const folder = mkdtempSync(join(tmpdir(), 'millrace-dnf-'));
const repository = join(folder, 'repository');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Package {
  readonly evr: string;
  readonly provides?: readonly string[];
  readonly requires?: readonly string[];
  readonly files?: readonly string[];
}

/** Every kind of requirement that repodata has; a name is that of a source and of its one package. */
const packages: Readonly<Record<string, Package>> = {
  stone: { evr: '1:1.0~rc1-3', provides: ['libstone.so.1()(64bit)', 'grinding = 2:4.2', 'mill(stone) = 1.0^git5'] },
  'stone-next': { evr: '2.0-1', provides: ['grinding = 5', 'mill(stone) = 1.1'] },
  'old-stone': { evr: '0.9-1', provides: ['libstone.so.0()(64bit)'] },
  wheel: { evr: '3.0-1', requires: ['libstone.so.1()(64bit)', 'grinding >= 5'], files: ['/usr/bin/wheel'] },
  exact: { evr: '1-1', requires: ['stone = 1:1.0~rc1-3'] },
  'without-release': { evr: '1-1', requires: ['stone = 1:1.0~rc1'] },
  'wrong-epoch': { evr: '1-1', requires: ['stone = 1.0~rc1'] },
  'after-tilde': { evr: '1-1', requires: ['stone >= 1:1.0'] },
  'before-final': { evr: '1-1', requires: ['stone < 1:1.0'] },
  caret: { evr: '1-1', requires: ['mill(stone) > 1.0'] },
  'below-caret': { evr: '1-1', requires: ['mill(stone) < 1.0.1'] },
  virtual: { evr: '1-1', requires: ['grinding'] },
  'by-program': { evr: '1-1', requires: ['/usr/bin/wheel'] },
  'by-data': { evr: '1-1', requires: ['/usr/share/mill/grain.tsv'] },
  data: { evr: '1-1', files: ['/usr/share/mill/grain.tsv', '/usr/share/mill/unused.tsv'] },
  'needs-both': { evr: '1-1', requires: ['(grinding and libstone.so.1()(64bit))'] },
  'needs-with': { evr: '1-1', requires: ['(grinding >= 4 with mill(stone) >= 1.1)'] },
  'needs-without': { evr: '1-1', requires: ['(grinding without libstone.so.1()(64bit))'] },
  'needs-first': { evr: '1-1', requires: ['(data or nothing-has-it)'] },
  'needs-file-too': { evr: '1-1', requires: ['(/usr/share/mill/grain.tsv and data)'] },
  unmet: { evr: '1-1', requires: ['nothing-has-it >= 1', '(nothing-has-it or neither-this)'] },
  chain: { evr: '1-1', requires: ['wheel'] },
  'chain-end': { evr: '1-1', requires: ['chain >= 1'] },
  replaced: { evr: '1-1', requires: ['data'] },
};

function spec(name: string, { evr, provides = [], requires = [], files = [] }: Package): string {
  const [, epoch, version, release] = /^(?:(\d+):)?(.+)-(.+)$/.exec(evr)!;
  return [
    ...[`Name: ${name}`, ...(epoch ? [`Epoch: ${epoch}`] : []), `Version: ${version}`, `Release: ${release}`],
    ...['Summary: s', 'License: CC0-1.0', 'BuildArch: noarch'],
    ...provides.map((one) => `Provides: ${one}`),
    ...requires.map((one) => `Requires: ${one}`),
    '%description\nd\n%install\nmkdir -p %{buildroot}',
    ...files.map((path) => `install -D -m 755 /dev/null %{buildroot}${path}`),
    ...['%files', ...files, ''],
  ].join('\n');
}

/** The answers of one dnf to many questions, each the names of packages in order. */
function dnf(questions: readonly string[]): string[][] {
  const script = join(folder, 'questions');
  const asked = questions.map((one, n) => `repoquery --qf ==${n} stone\nrepoquery --qf %{name} ${one}\n`);
  writeFileSync(script, asked.join(''));
  const options = ['-q', `--repofrompath=t,file://${repository}`, '--repo=t', '--setopt=reposdir=/nonexistent'];
  const more = [`--setopt=cachedir=${folder}/cache`, '--nogpgcheck', '--releasever=1', 'shell', script];
  const output = execFileSync('dnf', [...options, ...more], {
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts = output.split(/^==\d+$/m).slice(1);
  return parts.map((part) =>
    part
      .split('\n')
      .filter((line) => line !== '')
      .sort(),
  );
}

let network: Network;
const tools = ['dnf', 'rpmbuild', 'createrepo_c'].filter((tool) => !existsSync(`/usr/bin/${tool}`));
const whereInstalled = tools.length === 0 ? describe : describe.skip;

whereInstalled(
  `repodata of createrepo_c gives the answers of dnf repoquery (${tools.join(', ') || 'all tools'} ${tools.length === 0 ? 'there' : 'not there'})`,
  () => {
    beforeAll(async () => {
      mkdirSync(repository);
      const specs = Object.entries(packages).map(([name, one]) => {
        const path = join(folder, `${name}.spec`);
        writeFileSync(path, spec(name, one));
        return path;
      });
      const defines = [`_topdir ${folder}/top`, `_rpmdir ${repository}`, '_build_name_fmt %%{NAME}.rpm'];
      execFileSync('rpmbuild', ['-bb', '--quiet', ...defines.flatMap((one) => ['--define', one]), ...specs], {
        stdio: 'pipe',
        env: { ...process.env, HOME: folder },
      });
      execFileSync('createrepo_c', ['--quiet', repository]);
      const order = { kind: 'rpm-md', sources: [], packages: [repository], arch: 'x86_64' };
      network = networkOf((await readSource(order, { web: webSettings })).catalogue);
    }, 60_000);

    const ours = (name: string, direction: 'dependants' | 'dependencies', depth: number): string[] =>
      neighboursOf(network, network.components.find(`rpm/${name}`), direction, 'any', depth)
        .map((one) => one.component.replace('rpm/', ''))
        .sort();
    const counted = Object.keys(packages);

    it('to what each package requires', () => {
      const answers = dnf(counted.map((name) => `--requires --resolve ${name}`));
      const expected = counted.map((name, n) => [name, answers[n]!.filter((one) => one !== name)]);
      expect(counted.map((name) => [name, ours(name, 'dependencies', 1)])).toEqual(expected);
      expect(answers.flat().length).toBeGreaterThan(20);
    });

    /** dnf names those too who ask for another version of the package; here they are unresolved. */
    const unmet = (name: string): string[] =>
      unresolvedIn(network)
        .filter((one) => one.requirement.startsWith(`${name} `))
        .map((one) => one.component.replace('rpm/', ''));

    it('to who requires each package, and who asks for a version of it that is not there', () => {
      const answers = dnf(counted.map((name) => `--whatrequires ${name}`));
      const all = counted.map((name) => [name, [...ours(name, 'dependants', 1), ...unmet(name)].sort()]);
      expect(all).toEqual(counted.map((name, n) => [name, answers[n]]));
      expect(unmet('stone').sort()).toEqual(['after-tilde', 'wrong-epoch']);
    });

    it('to who requires each package, and who requires those, to the end', () => {
      const answers = dnf(counted.map((name) => `--whatrequires ${name} --recursive`));
      const expected = counted.map((name, n) => [name, answers[n]!.filter((one) => one !== name)]);
      const all = counted.map((name) => [name, [...ours(name, 'dependants', 100), ...unmet(name)].sort()]);
      expect(all).toEqual(expected);
    });
  },
);
