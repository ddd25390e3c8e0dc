import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadOrder } from '../domain/import-order';
import { reachOf } from '../domain/graph/answer';
import type { Network } from '../domain/graph/network';
import { unresolvedIn } from '../domain/graph/unresolved';
import { GraphFiles } from '../store/graph-files';
import { importFiles } from './import-files';

const folder = mkdtempSync(join(tmpdir(), 'millrace-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const store = new GraphFiles(join(folder, 'graphs'));

function file(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

const sources = file(
  'Sources',
  `Package: perl
Version: 5.36-1
Binary: perl-base
Build-Depends: libc-dev

Package: app
Version: 1-1
Binary: app
Build-Depends: perl-dev | other, gone <stage1>, armonly [armhf], missing (>= 2)

Package: app
Version: 1-2
Binary: app
Build-Depends: libperl-dev

Package: libc
Version: 2-1
Binary: libc-dev
`,
);
const packages = file(
  'Packages',
  `Package: perl-base
Source: perl
Version: 5.36-1
Architecture: amd64
Provides: perlapi-5.36, perl-dev, libperl-dev (= 5.36)

Package: app
Version: 1-2
Architecture: all
Depends: perlapi-5.36 | perlapi-5.34, missing (>= 2)

Package: libc-dev
Source: libc
Version: 2-1
Architecture: amd64
`,
);

function order(parts: Partial<ReadOrder>): ReadOrder {
  const files = { kind: 'deb822', sources: [sources], packages: [packages], arch: 'amd64' };
  return { release: 'r', number: 1, parts: {}, newest: null, ...files, ...parts };
}

async function networkFrom(parts: Partial<ReadOrder>): Promise<Network> {
  const { file: digest } = await importFiles(order(parts), store, null);
  return store.read(digest);
}

const changing = (network: Network, id: string, lost: string[] = []) => ({
  ...{ changed: [network.components.find(id)], lost, tools: [], embedding: [], counts: new Uint8Array(100).fill(1) },
});

describe('deb822', () => {
  it('gives the newest of several versions, and leaves out what is for others', async () => {
    const network = await networkFrom({});
    expect([...network.components]).toEqual(['deb/app', 'deb/libc', 'deb/perl']);
    expect(network.versions.get(0)).toBe('1-2');
    const { set } = reachOf(network, changing(network, 'deb/perl', ['perlapi-5.36']), 'capability');
    expect(set.map((one) => [one.id, one.why])).toEqual([
      ['deb/app', ['a package of it requires perlapi-5.36 | perlapi-5.34']],
    ]);
    expect(unresolvedIn(network).map((one) => [one.kind, one.requirement])).toEqual([['runtime', 'missing (>= 2)']]);
  });

  it('is all or nothing: a torn file names its place, and no graph is written', async () => {
    const torn = file('torn', 'Package: x\nVersion: 1\nBinary: x\nBuild-Depends: a (>= \n');
    const other = new GraphFiles(join(folder, 'none'));
    await expect(importFiles(order({ sources: [torn] }), other, null)).rejects.toMatchObject({
      code: 'metadata-damaged',
    });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('of the same files has the same digest', async () => {
    const first = await importFiles(order({}), store, null);
    const second = await importFiles(order({ number: 2 }), store, first.file);
    expect(second.file).toBe(first.file);
    expect(second.report.counts).toMatchObject({ components: 3, packages: 3 });
  });

  it('tells what changed since the last snapshot, and what broke', async () => {
    const first = await importFiles(order({}), store, null);
    expect(first.report.changes).toBeNull();
    const fewer = file('Packages.fewer', readFileSync(packages, 'utf8').replace(/Provides: .*/, 'Provides: perl-dev'));
    const newer = file('Sources.newer', readFileSync(sources, 'utf8').replace('5.36-1', '5.38-1'));
    const { report } = await importFiles(order({ sources: [newer], packages: [fewer] }), store, first.file);
    expect(report.changes).toMatchObject({
      added: 0,
      removed: 0,
      changed: 1,
      examples: ['~ deb/perl: 5.36-1 -> 5.38-1'],
    });
    expect(report.changes!.broken!.total).toBe(2);
    expect(report.changes!.broken!.examples.join()).toMatch(
      /deb\/app: libperl-dev: .*deb\/app: perlapi-5\.36 \| perlapi-5\.34/,
    );
  });
});

describe('declared components', () => {
  it('stand in one graph with what else was imported: from a library to the image that holds it', async () => {
    const base = file(
      'base.yaml',
      'components:\n  - id: rpm/lib\n    provides: [libx = 1.10]\n  - id: rpm/tool\n    requires: [libx >= 1.9]\n',
    );
    const first = await importFiles(order({ kind: 'declared', sources: [base], packages: [] }), store, null);
    const image = file('kitchen/Containerfile', 'FROM scratch\nRUN dnf install -y tool\n');
    const next = order({ kind: 'containers', sources: [image], packages: [], parts: { declared: first.part } });
    const network = await store.read((await importFiles(next, store, first.file)).file);
    const { set } = reachOf(network, changing(network, 'rpm/lib'), 'transitive');
    expect(set.map((one) => one.id)).toEqual(['rpm/tool', 'container/kitchen']);
  });

  it.each([
    ['components:\n  - id: nonsense\n', /:2:5: has no component id/],
    ['components:\n  - id: rpm/a\n    colour: [x]\n', /:3:5: 'colour' is none of/],
    ['components:\n  - id: rpm/a\n    contains: [b]\n', /:3:16: 'b' is no component id/],
    ['components: {\n', /declared\.yaml:\d+:\d+: /],
  ])('that are malformed are refused with their place', async (text, message) => {
    const path = file('declared.yaml', text);
    const refused = importFiles(order({ kind: 'declared', sources: [path], packages: [] }), store, null);
    await expect(refused).rejects.toMatchObject({
      code: 'declared-malformed',
      message: expect.stringMatching(message),
    });
  });
});

describe('rpm-md', () => {
  const primary = (packages: string): string =>
    `<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm">${packages}</metadata>`;
  const binary = (name: string, version: string, parts: { provides?: string; requires?: string }): string =>
    `<package type="rpm"><name>${name}</name><arch>x86_64</arch><version epoch="0" ver="${version}" rel="1"/>` +
    `<checksum type="sha256" pkgid="YES">${name}${version}</checksum><location href="${name}.rpm"/><format>` +
    `<rpm:sourcerpm>${name}-${version}-1.src.rpm</rpm:sourcerpm>` +
    `<rpm:provides>${parts.provides ?? ''}</rpm:provides><rpm:requires>${parts.requires ?? ''}</rpm:requires></format></package>`;
  const entry = (name: string): string => `<rpm:entry name="${name}"/>`;

  function repository(named: string, packages: string): string {
    const [name, priority] = named.split('#');
    const text = primary(packages);
    const sum = createHash('sha256').update(text).digest('hex');
    const repomd = `<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary"><checksum type="sha256">${sum}</checksum><location href="repodata/primary.xml"/></data></repomd>`;
    file(`${name}/repodata/primary.xml`, text);
    const folder = join(file(`${name}/repodata/repomd.xml`, repomd), '../..');
    return priority === undefined ? folder : `${folder}#${priority}`;
  }

  it('resolves boolean requirements, and the repository with the best priority gives a name', async () => {
    const first = repository('first#priority=10', binary('lib', '1', { provides: entry('so') + entry('extra') }));
    const second = repository(
      'second',
      binary('lib', '9', {}) +
        binary('a', '1', { requires: entry('(so and extra)') }) +
        binary('b', '1', { requires: entry('(none or so)') }) +
        binary('c', '1', { requires: entry('(none if gone)') }) +
        binary('d', '1', { requires: entry('(none and so)') }),
    );
    const network = await networkFrom({ kind: 'rpm-md', sources: [], packages: [first, second] });
    expect(network.versions.get(network.components.find('rpm/lib'))).toBe('lib-1-1');
    const { set } = reachOf(network, changing(network, 'rpm/lib', ['so']), 'capability');
    expect(set.map((one) => one.id)).toEqual(['rpm/a', 'rpm/b']);
    expect(unresolvedIn(network).map((one) => one.requirement)).toEqual(['(none and so)']);
  });
});

describe('modulemd', () => {
  it('gives modules with what they contain, and says which streams are not there', async () => {
    const module = (name: string, needs: string): string =>
      `---\ndocument: modulemd\nversion: 2\ndata:\n  name: ${name}\n  stream: "1.0"\n  summary: s\n  description: d\n` +
      `  license: {module: [MIT]}\n  dependencies:\n  - buildrequires: {${needs}}\n  components:\n    rpms:\n      lib: {rationale: r}\n...\n`;
    const path = file('modules.yaml', module('base', 'platform: [f29]') + module('top', 'base: ["1.0"], gone: ["2"]'));
    const network = await networkFrom({ kind: 'modulemd', sources: [path], packages: [] });
    const { set } = reachOf(network, changing(network, 'module/base:1.0'), 'transitive');
    expect(set.map((one) => one.id)).toEqual(['module/top:1.0']);
    expect(unresolvedIn(network).map((one) => one.requirement)).toEqual(['gone:2']);
  });
});
