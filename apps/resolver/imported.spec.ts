import { doors, type Contents, type Door, type DoorReply, type DoorRequest } from '@millrace/contracts';
import { WrittenAnswer, type BoundDoor, type ServiceParts } from '@millrace/service';
import { openTestStore, type TestStore } from '@millrace/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from './src/config';
import { emptyFacts, factsOfBuild } from './src/domain/facts';
import type { ReadOrder } from './src/domain/import-order';
import type { ResolverInput } from './src/domain/input';
import { importFiles } from './src/outbound/import-files';
import { GraphFiles } from './src/store/graph-files';
import type { ResolverTables } from './src/store/tables';
import { definition as service } from './src/wiring';
import { definitionOf } from './test/definition';
import { dep, pack } from './test/worlds';

const folder = mkdtempSync(join(tmpdir(), 'millrace-imported-'));
const release = 'mini';
const contents = new Map<string, Contents>();

let store: TestStore<ResolverTables, ResolverInput>;
let parts: ServiceParts<ResolverInput>;

beforeAll(async () => {
  store = await openTestStore(service.machine, service.migrations);
  parts = await service.setUp({
    config: config.parse({}),
    log: undefined as never,
    read: store.read,
    asker: { ask: (_, request) => Promise.resolve(contents.get((request as { digest: string }).digest) as never) },
    take: (input, { id }) => store.take(input, id),
    dataDir: folder,
    whose: () => null,
    onLoopback: true,
    bury: () => Promise.resolve(),
  });
  await imported('1', 'libstone.so.1');
  await imported('2', 'libstone.so.2');
  await store.take({ type: 'release-known', name: release, revision: 1, definition });
});

afterAll(async () => {
  await store.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const definition = definitionOf({
  tools: ['bolt'],
  module_streams: { supported: ['grinding:2'] },
  components: [{ match: ['rpm/oldmill'], policy: 'normal', status: 'retired', priority: 0, reason: 'nobody turns it' }],
});

/** A graph of a library, who links it, and what holds that; the soname is the version's. */
async function imported(version: string, soname: string): Promise<void> {
  const file = join(folder, `${version}.yaml`);
  writeFileSync(
    file,
    `components:
      - { id: rpm/libstone, version: '${version}', provides: [libstone = ${version}, ${soname}] }
      - { id: rpm/quern, version: '1', build_requires: [libstone], requires: [libstone.so.1], provides: [quern = 1] }
      - { id: rpm/oldmill, version: '1', provides: [oldmill] }
      - { id: rpm/reader, version: '1', requires: [oldmill], provides: [reader] }
      - { id: 'module/grinding:1', contains: [rpm/quern] }
      - { id: 'module/grinding:2', contains: [rpm/quern] }
      - { id: image/kitchen, installs: [quern] }
`,
  );
  const order = { release, kind: 'declared', sources: [file], packages: [], arch: 'amd64' };
  const { number } = (await store.take({ type: 'files-wanted', ...order })) as { number: number };
  const files = new GraphFiles(join(folder, 'graphs'));
  const newest = (await store.read.archives.where({ release }, { orderBy: '-number' }))[0]?.file ?? null;
  const value = await importFiles({ ...order, number, parts: {}, newest } as ReadOrder, files, newest);
  await store.take({ type: 'files-read', release, number, outcome: { ok: true, value } });
}

async function ask<D extends Door>(door: D, request: Omit<DoorRequest<D>, 'release'>): Promise<DoorReply<D>> {
  const bound = parts.doors.find((one) => one.door.name === door.name) as BoundDoor<ResolverInput>;
  if (!('answer' in bound)) throw new Error(`${door.name} is no question`);
  const asked = door.request.parse({ release, ...request });
  const answer = await bound.answer(asked as never, { name: 'ada', role: null });
  const whole: unknown = answer instanceof WrittenAnswer ? JSON.parse(String(answer)) : answer;
  return door.reply.parse(whole) as DoorReply<D>;
}

const { resolver } = doors;
const first = { snapshot: 'mini-i1' };

describe('an imported snapshot', () => {
  it('is told as any graph is, in pages', async () => {
    const whole = await ask(resolver.graph, first);
    expect(whole).toMatchObject({
      ...first,
      importing: false,
      problem: null,
      totals: { components: 7, unresolved: 1 },
    });
    expect(whole.components).toContainEqual({ component: 'rpm/libstone', external: false, nvr: 'libstone-1' });
    const part = await ask(resolver.graph, { ...first, limit: 2, offset: 1 });
    expect(part.components).toEqual(whole.components.slice(1, 3));
  });

  it('answers each question about it with its name, and lists in pages', async () => {
    const [from, to] = ['image/kitchen', 'rpm/libstone'];
    const path = await ask(resolver.path, { ...first, from, to });
    expect(path.path.map((one) => [one.distance, one.component])).toEqual([
      [1, 'rpm/quern'],
      [2, 'rpm/libstone'],
    ]);
    expect(await ask(resolver.paths, { ...first, from, to, most: 5, offset: 1 })).toEqual({ ...first, paths: [] });
    const below = await ask(resolver.dependencies, { ...first, component: 'rpm/quern' });
    expect(below).toMatchObject({ ...first, total: 1, found: [{ component: 'rpm/libstone', kind: 'build' }] });
    const found = await ask(resolver.search, { ...first, text: 'quern', limit: 1 });
    expect(found).toMatchObject({ ...first, total: 3, found: [{ what: 'component', name: 'rpm/quern' }] });
    expect(found.found[0]!.arches).toEqual(['noarch']);
    expect((await ask(resolver.stats, first)).counts).toMatchObject({ components: 6, packages_noarch: 4 });
    const text = JSON.parse((await ask(resolver.snapshotExport, { ...first, limit: 1 })).text) as unknown;
    expect(text).toMatchObject({ ...first, components: [{ id: 'image/kitchen' }], edges: [{ to: 'rpm/quern' }] });
  });

  it('says who still needs what left the graph', async () => {
    const { unresolved } = await ask(resolver.unresolved, first);
    expect(unresolved).toEqual([
      expect.objectContaining({ component: 'rpm/reader', hint: expect.stringContaining('retired: nobody turns it') }),
    ]);
  });
});

describe('what is not there', () => {
  it('is said: a snapshot of a release that need not be defined, and a release of which nothing is known', async () => {
    const wrong = ask(resolver.stats, { snapshot: 'mini-i9' });
    await expect(wrong).rejects.toMatchObject({ code: 'snapshot-unknown', remedy: expect.stringContaining('list') });
    const unknown = ask(resolver.stats, { release: 'other' } as never);
    await expect(unknown).rejects.toMatchObject({ code: 'release-unknown', remedy: expect.stringContaining('import') });
  });
});

describe('what if', () => {
  it('a soname is lost: who breaks, up to the images; unsupported streams are left out', async () => {
    const reply = await ask(resolver.whatIf, { ...first, changed: ['rpm/libstone'], lost: ['libstone.so.1'] });
    expect(reply.set.map((one) => one.id)).toEqual(['rpm/quern', 'image/kitchen', 'module/grinding:2']);
    expect(reply.left_out).toEqual([{ id: 'module/grinding:1', because: 'the release does not support this stream' }]);
  });

  it('comes in pages, each list for itself', async () => {
    const asked = { ...first, changed: ['rpm/libstone'], provides: ['libstone = 2'] };
    const whole = await ask(resolver.whatIf, asked);
    const page = await ask(resolver.whatIf, { ...asked, limit: 1, offset: 1 });
    expect(page.set).toEqual(whole.set.slice(1, 2));
    expect([page.needsChange, page.totals]).toEqual([whole.needsChange.slice(1, 2), whole.totals]);
    expect(page.capabilities).toEqual({
      ...{ lost: ['libstone.so.1'], added: [] },
      changed: [{ name: 'libstone', from: '1', to: '2' }],
    });
  });

  it('must suppose something', () => {
    expect(resolver.whatIf.request.safeParse({ release, changed: ['rpm/libstone'] }).success).toBe(false);
  });
});

describe('an impact', () => {
  it('leaves out the streams that the release does not support, unless they are named', async () => {
    const all = await ask(resolver.impact, { ...first, members: 'all' });
    expect(all.rebuilds.map((one) => one.component)).not.toContain('module/grinding:1');
    expect(all.left_out?.map((one) => one.id)).toEqual(['module/grinding:1']);
    const named = await ask(resolver.impact, { ...first, members: ['module/grinding:1'] });
    expect(named).toMatchObject({ total: 1, left_out: [] });
    const previewed = await ask(resolver.impact, { ...first, members: ['rpm/libstone'], preview: true });
    expect(previewed.atMost).toEqual(['image/kitchen', 'module/grinding:2', 'rpm/quern']);
    expect(previewed.left_out).toHaveLength(1);
  });

  it('comes in pages', async () => {
    const { total, rebuilds } = await ask(resolver.impact, { ...first, members: 'all', limit: 2, offset: 1 });
    expect([total, rebuilds.length]).toEqual([5, 2]);
  });
});

describe('two imported snapshots', () => {
  it('differ in components, edges and capabilities, and it is said what would break', async () => {
    const reply = await ask(resolver.diff, { from: 'mini-i1', to: 'mini-i2' });
    expect(reply).toMatchObject({
      ...{ from: 'mini-i1', to: 'mini-i2', changed: [{ component: 'rpm/libstone', from: '1', to: '2' }] },
      capabilities: { added: ['libstone.so.2'], removed: ['libstone.so.1'] },
      broken: [{ component: 'rpm/quern', kind: 'runtime', requirement: 'libstone.so.1' }],
      edges: { added: 0, removed: 0 },
      versions: [{ name: 'libstone', from: '1', to: '2' }],
    });
    expect((await ask(resolver.diff, { from: 'mini-i1', to: 'mini-i2', offset: 1 })).broken).toEqual([]);
  });
});

describe('a build of a cascade on an imported snapshot', () => {
  const build = (component: string, provides: string[], requires: string[]): Contents => {
    const [, name = ''] = component.split('/');
    const { declared: _, ...made } = pack(name, {});
    const offers = { provides: provides.map(dep), requires: requires.map(dep), files: [] };
    const packages = [{ ...made, ...offers }];
    return { component, nvr: `${name}-2-1`, build: name, buildRequires: [], inputs: [], packages };
  };
  const compare = (component: string, digest: string, revision = 0) =>
    ask(resolver.compare, {
      ...first,
      ...{ component, contents: digest, scope: 'capability', overlay: { cascade: 'c-1', revision } },
    });
  contents.set('stone2', build('rpm/libstone', ['libstone.so.2'], []));
  contents.set('quern2', build('rpm/quern', ['quern = 1'], ['libstone.so.2']));

  it('takes from others what it no longer offers', async () => {
    const { lost, added, snapshot } = await compare('rpm/libstone', 'stone2');
    expect(snapshot).toBe('mini-i1');
    expect(lost).toEqual([{ dependant: 'rpm/quern', requirement: 'libstone.so.1', kind: 'run' }]);
    expect(added.map((one) => one.component)).toEqual(['rpm/quern', 'image/kitchen', 'module/grinding:2']);
  });

  it('is compared with what the cascade built before it', async () => {
    await expect(compare('rpm/libstone', 'stone2', 1)).rejects.toMatchObject({ code: 'overlay-behind' });
    await validated(1, 'rpm/libstone', 'stone2');
    await validated(2, 'rpm/quern', 'quern2');
    expect((await compare('rpm/libstone', 'stone2', 2)).lost).toEqual([]);
    contents.set('stone3', build('rpm/libstone', ['libstone.so.3'], []));
    expect((await compare('rpm/libstone', 'stone3', 2)).lost).toEqual([
      { dependant: 'rpm/quern', requirement: 'libstone.so.2', kind: 'run' },
    ]);
  });

  it('says what it requires and nothing satisfies any more with what the cascade built', async () => {
    expect((await compare('rpm/quern', 'quern2', 2)).unmet).toEqual([]);
    contents.set('quern1', build('rpm/quern', ['quern = 1'], ['libstone.so.1', 'from-elsewhere']));
    expect((await compare('rpm/quern', 'quern1', 0)).unmet).toEqual([]);
    expect((await compare('rpm/quern', 'quern1', 2)).unmet).toEqual(['libstone.so.1']);
  });

  it('is ordered by what it is built with now', async () => {
    const reader = { ...build('rpm/reader', ['reader'], []), buildRequires: [dep('quern')] };
    contents.set('reader2', reader);
    await validated(3, 'rpm/reader', 'reader2');
    const tiers = async (revision: number): Promise<object> => {
      const asked = { ...first, members: ['rpm/quern', 'rpm/reader'], preview: false };
      const { rebuilds } = await ask(resolver.impact, { ...asked, overlay: { cascade: 'c-1', revision } });
      return rebuilds.map((one) => [one.component, one.tier, one.needs.map((need) => need.component)]);
    };
    const apart = [
      ['rpm/quern', 0, []],
      ['rpm/reader', 0, []],
    ];
    expect(await tiers(2)).toEqual(apart);
    expect(await tiers(3)).toEqual([apart[0], ['rpm/reader', 1, ['rpm/quern']]]);
    await expect(tiers(4)).rejects.toMatchObject({ code: 'overlay-behind' });
  });

  it('of what is assembled takes nothing; what holds it follows', async () => {
    expect(await compare('module/grinding:2', 'none')).toMatchObject({ lost: [], added: [] });
  });

  async function validated(number: number, component: string, digest: string): Promise<void> {
    const what = { release, cascade: 'c-1', number, component, contents: digest, bootstrap: false };
    await store.take({ type: 'build-validated', ...what });
    const facts = factsOfBuild(contents.get(digest)!);
    const outcome = {
      ok: true as const,
      value: { digest: `facts-${digest}`, facts: { ...emptyFacts(component), ...facts } },
    };
    await store.take({ type: 'contents-fetched', release, layer: `${release}/c-1/${number}`, outcome });
  }
});
