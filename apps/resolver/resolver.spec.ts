import type { BuildSystem } from '@millrace/build-systems';
import { doors, type Contents, type Door, type ReleaseDefinition } from '@millrace/contracts';
import { WorkRunner } from '@millrace/engine';
import { AppError, digestOf } from '@millrace/kernel';
import type { Asker, BoundDoor, ServiceParts } from '@millrace/service';
import { openTestStore, schemaDrift, type TestStore } from '@millrace/testing';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { config } from './src/config';
import type { ResolverInput } from './src/domain/input';
import { tables, type ResolverTables } from './src/store/tables';
import { definition as service } from './src/wiring';
import { definitionOf } from './test/definition';

jest.setTimeout(120_000);

const root = resolve(__dirname, '../..');
const example = join(root, 'examples/minidistro');
const folder = mkdtempSync(join(tmpdir(), 'millrace-resolver-'));
const git = join(folder, 'dist-git');
const release = 'mini';

/** The story's part of the example: a library, who links it, a knot with a recipe, a module, an image and a stack. */
const rpms = ['libstone', 'libmill', 'quern', 'librune', 'runedoc'];
const definition: ReleaseDefinition = definitionOf({
  sources: {
    rpm: { git: join(git, 'rpms'), branch: 'main' },
    module: { git: join(git, 'modules'), branch: 'main' },
    container: { git: join(git, 'containers'), branch: 'main' },
  },
  stacks: { mill: ['rpm/libmill', 'container/kitchen'] },
  tools: ['runedoc', '/usr/bin/runedoc'],
  components: [
    {
      match: ['rpm/librune'],
      policy: 'normal',
      priority: 0,
      bootstrap: { macros: { _with_bootstrap: '1' } },
      reason: 'its manual',
    },
  ],
});

function commit(type: string, name: string, from: string | Readonly<Record<string, string>>): string {
  const repository = join(git, type, name);
  mkdirSync(repository, { recursive: true });
  if (typeof from === 'string') cpSync(from, repository, { recursive: true });
  else for (const [file, text] of Object.entries(from)) writeFileSync(join(repository, file), text);
  const run = (...args: string[]): string => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
  if (!existsSync(join(repository, '.git'))) run('init', '--quiet', '--initial-branch=main');
  run('add', '--all');
  run('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '--allow-empty', '--message=x');
  return run('rev-parse', 'HEAD').trim();
}

/** What the resolver asks of the scheduler, from the real builder's folder. */
class Scheduler implements Asker {
  readonly contents = new Map<string, Contents>();
  readonly builds = new Map<string, { build: string; nvr: string; contents: string }>();
  readonly asked: string[] = [];

  constructor(private readonly builder: BuildSystem) {}

  async ask(door: Door, request: unknown): Promise<never> {
    this.asked.push(door.name);
    return (await this.answer(door, request)) as never;
  }

  private async answer(door: Door, request: unknown): Promise<unknown> {
    if (door.name === doors.scheduler.releases.name) return { releases: [{ name: release, revision: 1, definition }] };
    if (door.name === doors.scheduler.contents.name) return this.found((request as { digest: string }).digest);
    await this.builder.open(release, null);
    const { number, repository } = await this.builder.repository(release, null);
    const builds = [...this.builds].map(([component, of]) => ({ component, cascade: null, ...of }));
    return { release, repository: { number, address: repository, place: 'base' }, builds };
  }

  private found(digest: string): Contents {
    const contents = this.contents.get(digest);
    if (contents) return contents;
    throw new AppError({ code: 'contents-unknown', kind: 'missing', message: `there are no contents ${digest}` });
  }
}

let builder: BuildSystem;
let scheduler: Scheduler;
let store: TestStore<ResolverTables, ResolverInput>;
let parts: ServiceParts<ResolverInput>;
let runner: WorkRunner<ResolverInput>;

async function take(input: ResolverInput, id?: string): Promise<unknown> {
  const reply = await store.take(input, id);
  runner.wake();
  return reply;
}

async function ask<Reply>(door: Door, request: object): Promise<Reply> {
  const bound = parts.doors.find((one) => one.door.name === door.name) as BoundDoor<ResolverInput>;
  if (!('answer' in bound)) throw new Error(`${door.name} is no question`);
  return bound.door.reply.parse(
    await bound.answer(bound.door.request.parse(request) as never, { name: 'ada', role: null }),
  ) as Reply;
}

/** Builds a commit in a cascade's place, for real. */
async function build(
  name: string,
  source: string,
  cascade: string,
): Promise<{ build: string; contents: string; nvr: string }> {
  const place = await builder.open(release, cascade);
  const url = pathToFileURL(join(git, 'rpms', name)).href;
  const ref = await builder.submit(
    `${cascade}-${name}-${source.slice(0, 8)}`,
    {
      ...{ release, component: `rpm/${name}`, cascade, generation: 1, pass: 1, macros: {}, bootstrap: false },
      ...{ source: { kind: 'git', url, commit: source }, needs: [], siblings: [] },
    },
    place,
  );
  for (;;) {
    const [status] = await builder.look([ref]);
    if (status!.state === 'failed') throw new Error(JSON.stringify(await builder.evidence(ref)));
    if (status!.state === 'complete') break;
    await sleep(100);
  }
  const contents = await builder.contents(ref);
  const digest = digestOf(contents);
  scheduler.contents.set(digest, contents);
  return { build: ref, contents: digest, nvr: contents.nvr };
}

async function settled(): Promise<void> {
  for (;;) {
    const row = await store.read.releases.get(release);
    if (row && row.importing === null && row.ended > 0) return;
    await sleep(20);
  }
}

const commits = new Map<string, string>();

beforeAll(async () => {
  const { createLocalRpm } = await import('@millrace/build-systems');
  builder = createLocalRpm({ dir: join(folder, 'builder'), capacity: 2 });
  scheduler = new Scheduler(builder);
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-b', join(root, 'libs/build-systems')]);
  for (const name of rpms) commits.set(name, commit('rpms', name, join(example, 'rpms', name)));
  commit('modules', 'grinding', {
    'grinding.modulemd.yaml':
      'document: modulemd\nversion: 2\ndata: {name: grinding, stream: 1.0, summary: x, components: {rpms: {quern: {rationale: y}}}}\n',
  });
  commit('containers', 'kitchen', {
    Containerfile: 'FROM platform\nRUN dnf install -y quern\nENTRYPOINT ["/usr/bin/quern"]\n',
  });
  store = await openTestStore(service.machine, service.migrations);
  parts = await service.setUp({
    config: config.parse({ sandbox: join(folder, 'builder') }),
    log: undefined as never,
    read: store.read,
    asker: scheduler,
    take: (input, { id }) => take(input, id),
    dataDir: folder,
    whose: () => null,
    onLoopback: true,
    bury: () => Promise.resolve(),
  });
  const log = { retry: () => undefined, unknown: () => undefined };
  runner = new WorkRunner(store.database, store.engine as never, parts.works, log);
  await runner.start(true);
}, 180_000);

afterAll(async () => {
  await runner.stop();
  await store.dispose();
  rmSync(folder, { recursive: true, force: true });
});

interface Impact {
  readonly snapshot: string;
  readonly knots: string[][];
  readonly rebuilds: { component: string; pass: number; tier: number; needs: { component: string; pass: number }[] }[];
  readonly unknown: { component: string; hint: string }[];
  readonly likely: string[];
}

const impactOf = (request: object): Promise<Impact> => ask<Impact>(doors.resolver.impact, { release, ...request });

describe('a release that was never built', () => {
  it('is ordered from its sources alone, read in the sandbox, though nobody had told of it', async () => {
    const { rebuilds, knots, snapshot } = await impactOf({ members: 'all' });
    expect(snapshot).toBe('mini-1');
    expect(knots).toEqual([['rpm/librune', 'rpm/runedoc']]);
    expect(rebuilds.map((one) => `${one.tier} ${one.component}#${one.pass}`)).toEqual([
      '0 rpm/librune#1',
      '0 rpm/libstone#1',
      '1 rpm/libmill#1',
      '1 rpm/runedoc#1',
      '2 rpm/librune#2',
      '2 rpm/quern#1',
      '3 container/kitchen#1',
      '3 module/grinding:1.0#1',
      '4 stack/mill#1',
    ]);
  });

  it('knows what its platform offers, and that it comes from outside', async () => {
    const { components, unresolved } = await ask<{
      components: { component: string; external: boolean }[];
      unresolved: unknown[];
    }>(doors.resolver.graph, { release });
    expect(components).toContainEqual(expect.objectContaining({ component: 'external/platform', external: true }));
    expect(unresolved).toEqual([]);
  });

  it('answers unknown members with a hint', async () => {
    const { unknown, rebuilds } = await impactOf({ members: ['rpm/libston', 'rpm/quern'] });
    expect(rebuilds).toHaveLength(1);
    expect(unknown).toEqual([{ component: 'rpm/libston', hint: 'did you mean rpm/libstone?' }]);
  });
});

describe('a release that was built', () => {
  const world: { old?: Awaited<ReturnType<typeof build>>; fresh?: Awaited<ReturnType<typeof build>> } = {};

  beforeAll(async () => {
    const place = await builder.open(release, 'c-1');
    for (const name of ['libstone', 'libmill', 'quern']) {
      const made = await build(name, commits.get(name)!, 'c-1');
      await builder.admit(made.build, place);
      scheduler.builds.set(`rpm/${name}`, made);
      world.old ??= made;
    }
    await builder.close(place, 'landed');
    await take({ type: 'cascade-ended', release, cascade: 'c-1', completed: true });
    await settled();
    commits.set('libstone', commit('rpms', 'libstone', join(example, 'scenario/01-soname/libstone')));
    world.fresh = await build('libstone', commits.get('libstone')!, 'c-2');
  }, 120_000);

  const compare = (more: object = {}) =>
    ask<{ lost: { dependant: string; kind: string }[]; added: { component: string; because: string }[] }>(
      doors.resolver.compare,
      {
        ...{ release, snapshot: 'mini-2', overlay: { cascade: 'c-2', revision: 0 }, component: 'rpm/libstone' },
        ...{ scope: 'capability', contents: world.fresh!.contents, ...more },
      },
    );

  it('has a new snapshot with what was built', async () => {
    const row = await store.read.snapshots.get('mini-2');
    expect(row).toMatchObject({ number: 2, because: 'cascade c-1 completed' });
    const { found } = await ask<{ found: unknown[] }>(doors.resolver.dependants, {
      release,
      component: 'rpm/libstone',
      kind: 'runtime',
    });
    expect(found).toContainEqual({
      component: 'rpm/libmill',
      kind: 'runtime',
      via: expect.stringContaining('libstone.so.1'),
      distance: 1,
    });
  });

  it('finds who loses the old soname, and what contains those', async () => {
    const { lost, added } = await compare();
    expect(lost).toContainEqual({
      dependant: 'rpm/libmill',
      kind: 'run',
      requirement: expect.stringContaining('libstone.so.1'),
    });
    expect(added.map((one) => one.component)).toEqual(
      expect.arrayContaining(['rpm/libmill', 'module/grinding:1.0', 'container/kitchen', 'stack/mill']),
    );
    expect(added.map((one) => one.component)).not.toContain('rpm/librune');
  });

  it('takes nothing by a build with the same soname, by a first build or by a bootstrap', async () => {
    expect((await compare({ contents: world.old!.contents })).lost).toEqual([]);
    expect((await compare({ bootstrap: true, contents: 'sha256:none' })).lost).toEqual([]);
  });

  it('parks a comparison until the overlay has what the cascade validated', async () => {
    const overlay = { cascade: 'c-2', revision: 1 };
    await expect(compare({ overlay })).rejects.toMatchObject({ code: 'overlay-behind', kind: 'unavailable' });
    const { contents } = world.fresh!;
    await take({
      type: 'build-validated',
      release,
      cascade: 'c-2',
      number: 1,
      component: 'rpm/libstone',
      contents,
      bootstrap: false,
    });
    for (;;) {
      const layer = await store.read.layers.get('mini/c-2/1');
      if (layer?.state === 'laid') break;
      await sleep(20);
    }
    // Over the overlay libstone 2 is what counts: the same build takes nothing any more.
    expect((await compare({ overlay })).lost).toEqual([]);
  });

  it('reads the sources of a member again when its head moved, before it is ordered', async () => {
    const before = (await impactOf({ members: ['rpm/quern'] })).rebuilds[0]!;
    expect(before.needs).toEqual([]);
    const spec = execFileSync('git', ['-C', join(git, 'rpms/quern'), 'show', 'HEAD:quern.spec'], { encoding: 'utf8' });
    commit('rpms', 'quern', { 'quern.spec': spec.replace('BuildRequires:', 'BuildRequires: runedoc\nBuildRequires:') });
    const { rebuilds, snapshot } = await impactOf({ members: ['rpm/quern', 'rpm/runedoc'] });
    expect(rebuilds.map((one) => [one.component, one.tier])).toEqual([
      ['rpm/runedoc', 0],
      ['rpm/quern', 1],
    ]);
    expect((await impactOf({ members: ['rpm/quern', 'rpm/runedoc'] })).snapshot).toBe(snapshot);
  });

  it('shows what has landed since, though the event that tells of it is still on its way', async () => {
    const { snapshot } = await impactOf({ members: ['rpm/libmill'] });
    const before = scheduler.builds.get('rpm/libmill')!;
    scheduler.builds.set('rpm/libmill', { ...before, nvr: 'libmill-9-9' });
    const after = await impactOf({ members: ['rpm/libmill'] });
    expect(after.snapshot).not.toBe(snapshot);
    const { components } = await ask<{ components: { component: string; nvr: string }[] }>(doors.resolver.graph, {
      release,
    });
    expect(components).toContainEqual(expect.objectContaining({ component: 'rpm/libmill', nvr: 'libmill-9-9' }));
  });

  it('goes on with what it knew of a component whose spec is broken, and says so', async () => {
    commit('rpms', 'quern', { 'quern.spec': 'Name: quern\n%if\n' });
    const { rebuilds } = await impactOf({ members: ['rpm/quern', 'rpm/runedoc'] });
    expect(rebuilds).toHaveLength(2);
    const { unresolved, problem } = await ask<{ unresolved: { component: string; hint: string }[]; problem: null }>(
      doors.resolver.graph,
      { release },
    );
    expect(problem).toBeNull();
    expect(unresolved).toContainEqual({
      component: 'rpm/quern',
      requirement: 'its source',
      hint: expect.stringContaining('quern.spec'),
    });
  });

  it('says what stops an import when a source folder is gone', async () => {
    await take({
      type: 'release-known',
      name: release,
      revision: 2,
      definition: { ...definition, sources: { rpm: { git: 'not/absolute', branch: 'main' } } },
    });
    await settled();
    const { problem, snapshot } = await ask<{ problem: string; snapshot: string }>(doors.resolver.graph, { release });
    expect(problem).toContain("'not/absolute' is no address of source repositories");
    expect(snapshot).not.toBeNull();
  });
});

describe('the start', () => {
  it('asks the scheduler for the releases there are; known revisions change nothing', async () => {
    const before = await store.read.releases.get(release);
    await take({ type: 'started' });
    while (!scheduler.asked.slice(-1).includes(doors.scheduler.releases.name)) await sleep(10);
    expect((await store.read.releases.get(release))!.definitionRevision).toBe(before!.definitionRevision);
  });
});

describe('the store', () => {
  it('is what the migrations make', async () => {
    expect(await schemaDrift(store.database, 'resolver', tables)).toEqual([]);
  });
});
