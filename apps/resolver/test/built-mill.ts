import type { BuildSystem } from '@millrace/build-systems';
import { doors, type Contents, type Door, type ReleaseDefinition } from '@millrace/contracts';
import { WorkRunner } from '@millrace/engine';
import { AppError, digestOf } from '@millrace/kernel';
import type { Asker, BoundDoor, ServiceParts } from '@millrace/service';
import { openTestStore, type TestStore } from '@millrace/testing';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { config } from '../src/config';
import type { ResolverInput } from '../src/domain/input';
import type { ResolverTables } from '../src/store/tables';
import { definition as service } from '../src/wiring';
import { definitionOf } from './definition';

export const release = 'mini';

export interface Built {
  readonly build: string;
  readonly contents: string;
  readonly nvr: string;
}

/** The resolver over real git, the real local builder and a store; the scheduler is played from the builder's folder. */
export interface BuiltMill {
  readonly definition: ReleaseDefinition;
  readonly builder: BuildSystem;
  readonly scheduler: PlayedScheduler;
  readonly store: TestStore<ResolverTables, ResolverInput>;
  /** Where the example's sources are. */
  readonly example: string;
  /** The last commit of each package. */
  readonly commits: Map<string, string>;
  /** Of a package's repository. */
  gitPath(name: string): string;
  commit(type: string, name: string, from: string | Readonly<Record<string, string>>): string;
  take(input: ResolverInput, id?: string): Promise<unknown>;
  ask<Reply>(door: Door, request: object): Promise<Reply>;
  /** Builds a commit in a cascade's place, for real. */
  build(name: string, source: string, cascade: string): Promise<Built>;
  /** No import is running. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const root = resolve(__dirname, '../../..');
const example = join(root, 'examples/minidistro');

export async function startBuiltMill(): Promise<BuiltMill> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-resolver-'));
  const git = join(folder, 'dist-git');
  const commit: BuiltMill['commit'] = (type, name, from) => commitTo(join(git, type, name), from);
  const { createLocalRpm } = await import('@millrace/build-systems');
  const builder = createLocalRpm({ dir: join(folder, 'builder'), capacity: 2 });
  const definition = definedIn(git);
  const scheduler = new PlayedScheduler(builder, definition);
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-b', join(root, 'libs/build-systems')]);
  const commits = commitExample(commit);
  const store = await openTestStore(service.machine, service.migrations);
  const take: BuiltMill['take'] = async (input, id) => {
    const reply = await store.take(input, id);
    runner.wake();
    return reply;
  };
  const parts = await service.setUp({
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
  const runner = new WorkRunner(store.database, store.engine as never, parts.works, log);
  await runner.start(true);
  return {
    ...{ definition, builder, scheduler, store, example, commits, commit, take },
    gitPath: (name) => join(git, 'rpms', name),
    ask: (door, request) => askDoor(parts, door, request),
    build: async (name, source, cascade) => {
      const built = await buildIn(builder, join(git, 'rpms', name), { name, source, cascade });
      scheduler.contents.set(built.digest, built.contents);
      return { build: built.build, contents: built.digest, nvr: built.contents.nvr };
    },
    settled: async () => {
      for (;;) {
        const row = await store.read.releases.get(release);
        if (row && row.importing === null && row.ended > 0) return;
        await sleep(20);
      }
    },
    stop: async () => {
      await runner.stop();
      await store.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The story's part of the example: a library, who links it, a knot with a recipe, a module, an image and a stack. */
const rpms = ['libstone', 'libmill', 'quern', 'librune', 'runedoc'];

function definedIn(git: string): ReleaseDefinition {
  return definitionOf({
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
}

function commitExample(commit: BuiltMill['commit']): Map<string, string> {
  const commits = new Map(rpms.map((name) => [name, commit('rpms', name, join(example, 'rpms', name))]));
  const data = '{name: grinding, stream: 1.0, summary: x, components: {rpms: {quern: {rationale: y}}}}';
  commit('modules', 'grinding', { 'grinding.modulemd.yaml': `document: modulemd\nversion: 2\ndata: ${data}\n` });
  commit('containers', 'kitchen', {
    Containerfile: 'FROM platform\nRUN dnf install -y quern\nENTRYPOINT ["/usr/bin/quern"]\n',
  });
  return commits;
}

function commitTo(repository: string, from: string | Readonly<Record<string, string>>): string {
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
class PlayedScheduler implements Asker {
  readonly contents = new Map<string, Contents>();
  readonly builds = new Map<string, { build: string; nvr: string; contents: string }>();
  readonly asked: string[] = [];

  constructor(
    private readonly builder: BuildSystem,
    private readonly definition: ReleaseDefinition,
  ) {}

  async ask(door: Door, request: unknown): Promise<never> {
    this.asked.push(door.name);
    return (await this.answer(door, request)) as never;
  }

  private async answer(door: Door, request: unknown): Promise<unknown> {
    if (door.name === doors.scheduler.releases.name)
      return { releases: [{ name: release, revision: 1, definition: this.definition }] };
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

async function askDoor<Reply>(parts: ServiceParts<ResolverInput>, door: Door, request: object): Promise<Reply> {
  const bound = parts.doors.find((one) => one.door.name === door.name) as BoundDoor<ResolverInput>;
  if (!('answer' in bound)) throw new Error(`${door.name} is no question`);
  return bound.door.reply.parse(
    await bound.answer(bound.door.request.parse(request) as never, { name: 'ada', role: null }),
  ) as Reply;
}

interface Wanted {
  readonly name: string;
  readonly source: string;
  readonly cascade: string;
}

async function buildIn(builder: BuildSystem, repository: string, { name, source, cascade }: Wanted) {
  const place = await builder.open(release, cascade);
  const url = pathToFileURL(repository).href;
  const build = await builder.submit(
    `${cascade}-${name}-${source.slice(0, 8)}`,
    {
      ...{ release, component: `rpm/${name}`, cascade, generation: 1, pass: 1, macros: {}, bootstrap: false },
      ...{ source: { kind: 'git', url, commit: source }, needs: [], siblings: [] },
    },
    place,
  );
  for (;;) {
    const [status] = await builder.look([build]);
    if (status!.state === 'failed') throw new Error(JSON.stringify(await builder.evidence(build)));
    if (status!.state === 'complete') break;
    await sleep(100);
  }
  const contents = await builder.contents(build);
  return { build, contents, digest: digestOf(contents) };
}
