import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkOf, type Network } from '../../../domain/graph/network';
import { rowOf, type Rows } from '../../../domain/graph/rows';
import { unresolvedIn } from '../../../domain/graph/unresolved';
import { webSettings } from '../../web/settings';
import { readSource } from '../read-source';

const fixtures = join(__dirname, 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'millrace-containers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(sources: readonly string[], more: object = {}): Promise<Network> {
  const order = { kind: 'containers', sources, packages: [], arch: 'amd64', ...more };
  return networkOf((await readSource(order, { web: webSettings })).catalogue);
}

function file(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

/** What a component has of some kind, in words. */
function words(network: Network, id: string, rows: Rows, names: (n: number) => string): string[] {
  return [...rowOf(rows, network.components.find(id))].map(names).sort();
}
const installs = (network: Network, id: string) => words(network, id, network.installs, (n) => network.clauses.get(n));
const parents = (network: Network, id: string) => words(network, id, network.builtOn, (n) => network.components.get(n));

describe('a Containerfile of the field', () => {
  it('gives parents of all stages that count, copies, streams, and what is installed in image and stage', async () => {
    const network = await read([join(fixtures, 'kitchen/Containerfile'), join(fixtures, 'base/Dockerfile')]);
    expect(parents(network, 'container/kitchen')).toEqual([
      ...['container/base', 'container/busybox:1.36', 'container/quay.io.mill.tools', 'module/perl:5.30'],
    ]);
    expect(installs(network, 'container/kitchen')).toEqual(['/usr/bin/bolter', 'millwheel', 'quern']);
    expect(words(network, 'container/kitchen', network.build, (n) => network.clauses.get(n))).toEqual([
      ...['gcc', 'libstone-devel', 'make'],
    ]);
    expect(installs(network, 'container/base')).toEqual(['bash']);
    expect(parents(network, 'container/base')).toEqual([]);
    const problems = unresolvedIn(network).filter((one) => one.kind === 'problem');
    expect(problems.map((one) => one.requirement)).toEqual(['$(cat /list)', 'tools']);
    expect(problems[0]!.hint).toMatch(/only the build itself can tell.*Containerfile, line 23/);
  });

  it('is named by its folder, or by its own name', async () => {
    const paths = ['a/Dockerfile', 'b/Dockerfile.web', 'c/api.Containerfile'].map((path) =>
      file(path, 'FROM scratch\n'),
    );
    const network = await read(paths);
    expect([...network.components]).toEqual(['container/a', 'container/api', 'container/web']);
  });
});

describe('an image list', () => {
  it('gives parents by tag and by digest, and contents of every kind', async () => {
    const network = await read([join(fixtures, 'images.json')]);
    expect(parents(network, 'container/mill.kitchen')).toEqual(['container/mill.base:1.2']);
    expect(parents(network, 'image/live')).toEqual(['container/mill.base:1.2']);
    expect(installs(network, 'container/mill.base:1.2')).toEqual(['bash', 'libstone']);
    expect(words(network, 'container/mill.kitchen', network.contains, (n) => network.components.get(n))).toEqual([
      'module/perl:5.30',
    ]);
  });

  it.each([
    ['{"images": [{}]}', /images\.0\.name/],
    ['{"images": [{"name": "a", "colour": 1}]}', /images\.0.*colour/],
    ['{"images": [{"name": "a"}, {"name": "a"}]}', /container\/a is there twice.*images\[0\]/],
    ['{"images": [', /no JSON/],
    ['[]', /as a whole/],
  ])('%s is refused with its place', async (text, message) => {
    await expect(read([file('images.json', text)])).rejects.toMatchObject({
      code: 'image-definition',
      message: expect.stringMatching(message),
    });
  });

  it('of docker-library makes one image of the builds of all architectures', async () => {
    const build = (arch: string, source: string, tags: string[], parents: string[]) => ({
      build: { arch, parents: Object.fromEntries(parents.map((one) => [one, null])) },
      source: { sourceId: source, allTags: tags },
    });
    const text = JSON.stringify({
      one: build('amd64', 's1', ['docker:24-cli', 'docker:cli'], ['alpine:3.18']),
      two: build('arm64v8', 's1', ['docker:24-cli', 'docker:cli'], ['alpine:3.18']),
      three: build('amd64', 's2', ['docker:24-dind'], ['docker:cli']),
    });
    const network = await read([file('builds.json', text)]);
    expect([...network.components]).toEqual([
      'container/alpine:3.18',
      'container/docker:24-cli',
      'container/docker:24-dind',
    ]);
    expect(parents(network, 'container/docker:24-dind')).toEqual(['container/docker:24-cli']);
  });
});

describe('package lists of images', () => {
  it('of kickstart files: names and streams, without what is left out', async () => {
    const network = await read([join(fixtures, 'live.ks')]);
    expect(installs(network, 'image/live')).toEqual(['millwheel', 'quern']);
    expect(parents(network, 'image/live')).toEqual(['module/perl:5.30']);
    const problems = unresolvedIn(network).filter((one) => one.kind === 'problem');
    expect(problems.map((one) => one.requirement).sort()).toEqual(['@^minimal-environment', 'python3-*']);
  });

  it('of kiwi files: image and bootstrap, of the wanted architectures, and what it is derived from', async () => {
    const kiwi = join(fixtures, 'appliance.kiwi');
    const network = await read([kiwi, join(fixtures, 'images.json')], { arches: ['x86_64'] });
    expect(installs(network, 'image/appliance')).toEqual(['filesystem', 'grub2-efi-x64', 'millwheel']);
    expect(parents(network, 'image/appliance')).toEqual(['container/mill.base:1.2']);
    expect(installs(await read([kiwi]), 'image/appliance')).toContain('grub2-efi-aa64');
  });

  it.each([
    ['a.ks', '%packages\na\n', /a\.ks, line 1: %packages has no %end/],
    ['a.ks', '%end\n', /line 1: %end ends no section/],
    ['a.ks', '%packages\n%post\n', /line 2: a section begins within %packages/],
    ['a.kiwi', '<image name="a"><packages>', /a\.kiwi/],
    ['a.kiwi', '<other/>', /no <image>/],
    ['a.kiwi', '<!DOCTYPE image [<!ENTITY a "b">]><image name="a"/>', /document type/],
    ['x/Dockerfile', 'RUN true', /line 1: RUN stands before FROM/],
    ['x/Dockerfile', 'FROM $NOBODY\n', /line 1.*whose ARG has no value/],
    ['x/Dockerfile', 'FROM a b\n', /line 1: FROM must be/],
    ['x/Dockerfile', '\nFROM a\nRUN <<EOF\nls\n', /line 3: the here-document EOF has no end/],
    ['x/Dockerfile', '# nothing\n', /has no FROM/],
  ])('%s with %j is refused with its place', async (name, text, message) => {
    await expect(read([file(name, text)])).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(message),
      remedy: expect.any(String),
    });
  });

  it('has fixtures that are what they seem', () => {
    expect(JSON.parse(readFileSync(join(fixtures, 'images.json'), 'utf8'))).toMatchObject({
      images: expect.any(Array),
    });
  });
});
