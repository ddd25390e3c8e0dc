import { references, rpmDep } from '@millrace/koji';
import { startFakeHub, type FakeHub, type HubState } from '@millrace/koji/fake';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkOf, type Network } from '../../../domain/graph/network';
import { rowOf, type Rows } from '../../../domain/graph/rows';
import { unresolvedIn } from '../../../domain/graph/unresolved';
import { webSettings } from '../../web/settings';
import { readSource, type SourceRead } from '../read-source';
import { wordsOf } from './dependency';

let hub: FakeHub;
beforeEach(async () => {
  hub = await startFakeHub({ stepMs: 0 });
  hub.control.addTag('base');
  hub.control.addTag('t1', { parents: ['base'] });
});
afterEach(() => hub.close());

interface Package {
  readonly name: string;
  readonly arch?: string;
  readonly requires?: readonly string[];
  readonly provides?: readonly string[];
}

/** A build that was tagged, with its packages; gives its id. */
function tagged(
  tag: string,
  name: string,
  version: string,
  packages: readonly Package[],
  extra = {},
  root: number[] = [],
) {
  const { state } = hub;
  const id = ++state.lastId;
  const more = { owner: 1, task_id: null, draft: false, source: '', start_ts: 1, completion_ts: 2 };
  state.builds.push({
    id,
    name,
    version,
    release: '1',
    state: 1,
    extra,
    creation_event_id: ++state.lastEvent,
    ...more,
  });
  const tag_id = state.tags.find((one) => one.name === tag)!.id;
  state.taggings.push({ build_id: id, tag_id, create_event: ++state.lastEvent, revoke_event: null });
  const buildroot_id = ++state.lastId;
  const place = { task_id: 0, arch: 'x86_64', tag_id, repo_id: 1, repo_create_event: 1 };
  state.buildroots.push({ id: buildroot_id, ...place, rpms: root } as HubState['buildroots'][number]);
  for (const { name: of, arch = 'x86_64', requires = [], provides = [] } of packages) {
    const ids = { id: ++state.lastId, build_id: id, buildroot_id };
    state.rpms.push({ ...ids, name: of, version, release: '1', arch, requires, provides });
  }
  return id;
}

const rpmsOf = (build: number): number[] => hub.state.rpms.filter((one) => one.build_id === build).map((one) => one.id);
const source = (name: string, requires: readonly string[]): Package => ({ name, arch: 'src', requires });

function read(more: object = {}): Promise<SourceRead> {
  const order = { kind: 'koji', sources: [hub.url], packages: [], arch: 'amd64', tags: ['t1'], ...more };
  return readSource(order, { web: webSettings });
}

const graphOf = async (more: object = {}): Promise<Network> => networkOf((await read(more)).catalogue);
const words = (network: Network, id: string, rows: Rows, names: (n: number) => string): string[] =>
  [...rowOf(rows, network.components.find(id))].map(names).sort();
const out = (network: Network, id: string) => words(network, id, network.out, (n) => network.components.get(n));

describe('the tags of a Koji hub', () => {
  it('give the newest builds, inherited ones too, with build and run-time dependencies and no repository', async () => {
    tagged('base', 'lib', '1', [source('lib', []), { name: 'lib', provides: ['liblib.so.1()(64bit)'] }]);
    tagged('t1', 'app', '1', [source('app', ['gone']), { name: 'app' }]);
    tagged('t1', 'app', '2', [
      ...[source('app', ['lib']), { name: 'app', requires: ['liblib.so.1()(64bit)', 'rpmlib(X)'] }],
      { name: 'app-debuginfo', requires: ['nothing-has-it'] },
    ]);
    const network = await graphOf();
    expect([...network.components]).toEqual(['rpm/app', 'rpm/lib']);
    expect(network.versions.get(0)).toBe('app-2-1');
    expect(out(network, 'rpm/app')).toEqual(['rpm/lib']);
    expect(unresolvedIn(network)).toEqual([]);
  });

  it('count in their order, and which builds do not is told', async () => {
    tagged('t1', 'app', '1', [{ name: 'app' }]);
    hub.control.addTag('t2');
    tagged('t2', 'app', '9', [{ name: 'app' }]);
    const { catalogue, findings } = await read({ tags: ['t1', 't2'] });
    expect(catalogue.versions.get(0)).toBe('app-1-1');
    expect(findings.duplicates.examples).toEqual(['app-9-1: app-1-1 of an earlier tag counts']);
  });

  it('may be read for some architectures; a requirement is met on its own one', async () => {
    tagged('t1', 'lib', '1', [{ name: 'lib', arch: 'aarch64', provides: ['so'] }]);
    tagged('t1', 'app', '1', [
      { name: 'app', arch: 'x86_64', requires: ['so'] },
      { name: 'app', arch: 'aarch64', requires: ['so'] },
    ]);
    expect(unresolvedIn(await graphOf()).map((one) => one.requirement)).toEqual(['so']);
    expect(unresolvedIn(await graphOf({ arches: ['aarch64'] }))).toEqual([]);
  });

  it('find required files in the packages that are named like them, and in all with --deep', async () => {
    const path = '/usr/share/doc/README/README';
    tagged('t1', 'readme', '1', [{ name: 'README' }]);
    tagged('t1', 'other', '1', [{ name: 'other' }]);
    tagged('t1', 'app', '1', [{ name: 'app', requires: [path, '/usr/share/doc/other/README'] }]);
    expect(out(await graphOf(), 'rpm/app')).toEqual(['rpm/readme']);
    expect(hub.calls.get('listRPMFiles')).toBe(1);
    expect(out(await graphOf({ deep: true }), 'rpm/app')).toEqual(['rpm/other', 'rpm/readme']);
  });

  it('take what a build root consisted of where a build says nothing of its source', async () => {
    const compiler = tagged('t1', 'gcc', '1', [source('gcc', ['x']), { name: 'gcc' }]);
    tagged('t1', 'imported', '1', [{ name: 'imported' }], {}, rpmsOf(compiler));
    expect(out(await graphOf(), 'rpm/imported')).toEqual(['rpm/gcc']);
  });

  it('give images with the builds inside and their parents, and with --deep images of no tag', async () => {
    const lib = tagged('t1', 'lib', '1', [source('lib', []), { name: 'lib' }]);
    const parents = { 'registry.example/base:1': { id: 1, nvr: 'base-image-1-1' } };
    const image = tagged('t1', 'kitchen', '1', [], {
      typeinfo: { image: {} },
      image: { parent_image_builds: parents },
    });
    hub.state.archives.push({ id: 7001, build_id: image, filename: 'kitchen.tar.gz', rpms: rpmsOf(lib) });
    hub.control.addTag('elsewhere');
    const far = tagged('elsewhere', 'far-image', '1', [], { typeinfo: { image: {} } });
    hub.state.archives.push({ id: 7002, build_id: far, filename: 'far.tar.gz', rpms: rpmsOf(lib) });
    const network = await graphOf();
    expect(out(network, 'container/kitchen')).toEqual(['container/base-image', 'rpm/lib']);
    expect(network.components.find('container/far-image')).toBe(-1);
    expect(out(await graphOf({ deep: true }), 'container/far-image')).toEqual(['rpm/lib']);
  });

  it('give modules by the modulemd of their builds', async () => {
    const modulemd_str =
      'document: modulemd\nversion: 2\ndata:\n  name: perl\n  stream: 5.30\n  version: 7\n  context: c1\n  summary: s\n' +
      '  description: d\n  license: {module: [MIT]}\n  dependencies:\n  - buildrequires: {perl-bootstrap: [5.30]}\n' +
      '  components:\n    rpms:\n      perl: {rationale: r}\n';
    tagged('t1', 'perl', '5.30', [], { typeinfo: { module: { name: 'perl', stream: '5.30', modulemd_str } } });
    expect(out(await graphOf(), 'module/perl:5.30')).toEqual(['module/perl-bootstrap:5.30', 'rpm/perl']);
  });

  it('of which one is unknown stop the import, and so does a hub that is none', async () => {
    await expect(read({ tags: ['nowhere'] })).rejects.toMatchObject({ message: expect.stringContaining('nowhere') });
    await expect(read({ tags: [] })).rejects.toMatchObject({
      code: 'import-input',
      message: expect.stringContaining('--tag'),
    });
    await expect(read({ sources: ['/srv/hub'] })).rejects.toMatchObject({ code: 'import-input' });
  });
});

describe("a hub's dependency", () => {
  it('reads as it came from a real one', () => {
    const fixture = (name: string): unknown => JSON.parse(readFileSync(join(__dirname, 'fixtures', name), 'utf8'));
    const deps = rpmDep.array().parse(fixture('rpm-deps.json'));
    expect(deps.map(wordsOf)).toEqual(['gcc', 'libfoo = 1.1-1.k19', null]);
    expect(references.parse(fixture('references.json'))).toMatchObject({ images: [2] });
  });

  it.each([
    [{ name: 'gcc', version: '', flags: 0, type: 0 }, 'gcc'],
    [{ name: 'libfoo', version: '1.1-1.k19', flags: 8, type: 1 }, 'libfoo = 1.1-1.k19'],
    [{ name: 'a', version: '2:1.0', flags: 12, type: 0 }, 'a >= 2:1.0'],
    [{ name: 'a', version: '1', flags: 2, type: 0 }, 'a < 1'],
    [{ name: 'a', version: '1', flags: 10 | 512, type: 0 }, 'a <= 1'],
    [{ name: '(a or b)', version: null, flags: 0, type: 0 }, '(a or b)'],
    [{ name: 'rpmlib(CompressedFileNames)', version: '3.0.4-1', flags: 16777226, type: 0 }, null],
  ])('%j is %j', (dep, expected) => {
    expect(wordsOf(dep)).toBe(expected);
  });
});
