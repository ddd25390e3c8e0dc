import { createKojiBuildSystem, type BuildSystem } from '@millrace/build-systems';
import { releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';
import { Engine } from '@millrace/engine';
import { moment } from '@millrace/kernel';
import { startFakeHub, stockBuilds, type FakeHub, type StockedBuild } from '@millrace/koji/fake';
import type { Input } from '@millrace/scheduler/domain/input';
import type { LandingRow } from '@millrace/scheduler/domain/landing/landing-rows';
import {
  emptyState,
  type BuildRow,
  type CascadeRow,
  type RebuildRow,
  type State,
} from '@millrace/scheduler/domain/state';
import { machine } from '@millrace/scheduler/store/machine';
import { migrations } from '@millrace/scheduler/store/migrations';
import { Database, migrate } from '@millrace/store';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const release = 'f43';
export const cascade = 'c1';

/** What the scheduler's process must know of the scene. */
export interface SceneSettings {
  readonly hubUrl: string;
  /** Folder of the Koji build system. */
  readonly koji: string;
}

export const definition: ReleaseDefinition = releaseDefinition.parse({
  release,
  title: 'Landing',
  mode: 'act',
  product_version: 'fedora-43',
  build_systems: { rpm: 'koji' },
  build_targets: { rpm: { target: release, tag: release, drafts: true } },
  sources: {},
  gates: [],
  people: { ada: { mail: 'ada@bench.example' } },
  owners: [],
  releng: ['ada'],
  landing: 'manual',
});

export function kojiOf({ hubUrl, koji: dir }: SceneSettings): BuildSystem & { end(): Promise<void> } {
  const target = { target: release, tag: release, isolation: 'side-tag', drafts: true, promote: 'land' } as const;
  const here = new Map([[release, { rpm: target }]]);
  return createKojiBuildSystem({
    ...{ name: 'koji', dir, topUrl: 'https://koji.example', capacity: 7, longestCallMs: 200, pollMs: 20 },
    releases: { named: (name) => Promise.resolve(here.get(name) ?? null), all: () => Promise.resolve(here) },
    hub: { url: hubUrl, login: { kind: 'password', user: 'millrace', password: 'secret' } },
  });
}

export interface Scene {
  readonly hub: FakeHub;
  readonly settings: SceneSettings;
  readonly builds: readonly StockedBuild[];
  readonly place: string;
}

/** A cascade that is complete and waits to be landed by hand: its builds in a side tag, its rows in the database. */
export async function layScene(folder: string, count: number): Promise<Scene> {
  const hub = await startFakeHub({ stepMs: 20 });
  for (const user of ['millrace', 'bob']) hub.control.addUser(user, 'secret', ['admin']);
  hub.control.addTag(release);
  hub.control.addTag(`${release}-build`, { parents: [release] });
  hub.control.addTarget(release, `${release}-build`, release);
  const settings = { hubUrl: hub.url, koji: join(folder, 'koji') };
  const system = kojiOf(settings);
  const place = await system.open(release, cascade);
  const about = { tag: place.id, base: release, user: 'millrace', release, cascade, drafts: true };
  const builds = stockBuilds(hub.state, { count, ...about });
  await system.close(place, 'kept');
  await system.end();
  await store(join(folder, 'data', 'scheduler'), builds);
  return { hub, settings, builds, place: place.id };
}

async function store(folder: string, builds: readonly StockedBuild[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const database = await Database.open(`sqlite:${join(folder, 'scheduler.sqlite')}`);
  await migrate(database, 'scheduler', migrations);
  const state = stateOf(builds);
  // The rows are saved as any decision's are.
  const seeding = { ...machine, load: () => Promise.resolve(emptyState), decide: () => ({ state, effects: [] }) };
  const engine = new Engine(database, seeding, { newId: () => `seed-${process.hrtime.bigint()}`, now: Date.now });
  const input: Input = { type: 'changes.due', release };
  await engine.take(input, { id: 'seed', source: 'bench', who: 'bench' });
  await engine.close();
  await database.close();
}

function stateOf(builds: readonly StockedBuild[]): State {
  const at = moment(Date.now());
  const rebuilds = builds.map((one): [string, RebuildRow] => [idOf(one), rebuildOf(one, at)]);
  const rows = builds.map((one): [string, BuildRow] => [`task-${one.task}`, buildOf(one, at)]);
  return {
    ...emptyState,
    releases: new Map([[release, releaseRow(at)]]),
    cascades: new Map([[cascade, cascadeRow(builds.length, at)]]),
    landings: new Map([[`${cascade}/1`, landingRow(at)]]),
    rebuilds: new Map(rebuilds),
    builds: new Map(rows),
  };
}

function releaseRow(at: string) {
  const of = { id: release, revision: 0, definitionRevision: 1, digest: 'd', definition, by: 'bench', at };
  return { ...of, running: null, cascades: 1, repository: null };
}

function cascadeRow(validated: number, at: string): CascadeRow {
  return {
    ...{ id: cascade, revision: 0, release, number: 1, definitionRevision: 1, state: 'completed', roots: [], why: '' },
    ...{ by: 'bench', plan: 1, planning: { asked: 1, made: 1, wanted: [] }, tiers: 1, counts: { validated } },
    ...{ openByTier: {}, scope: 'capability', pace: 'flow', snapshot: 's-1', urgency: 'normal', overlay: validated },
    ...{ ramp: { allowed: null, ends: 0, losses: 0, accepted: false }, doubtful: 0, takingUp: false, closing: false },
    ...{ landings: 1, problem: null, round: 0, startedAt: at, endedAt: at, landed: false, repository: null },
  };
}

function landingRow(at: string): LandingRow {
  return {
    ...{ id: `${cascade}/1`, revision: 0, release, cascade, attempt: 1, state: 'planned', partial: false, by: null },
    ...{ why: '', approved: false, round: 0, total: 0, done: 0, phase: 0, phases: 0, adapters: [], findings: [] },
    ...{ staying: [], stays: 0, undoing: null, problem: null, repository: null, doubtful: 0, at, endedAt: null },
  };
}

function idOf({ name }: StockedBuild): string {
  return `${cascade}/rpm/${name}/1.1`;
}

function rebuildOf(one: StockedBuild, at: string): RebuildRow {
  return {
    ...{ id: idOf(one), revision: 0, cascade, release, component: `rpm/${one.name}`, generation: 1, pass: 1, tier: 0 },
    ...{ system: 'koji', expected: 1, path: 1, priority: 0, bootstrap: false, macros: {}, needs: [], dependants: [] },
    ...{ open: [], state: 'validated', held: false, fresh: false, must: null, planned: 'bench', because: 'bench' },
    ...{ source: null, attempt: 1, breakdowns: 0, notBefore: null, slot: false, round: 0, build: `task-${one.task}` },
    ...{ nvr: one.nvr, origin: 'cascade', resumed: false, contents: 'd', evidence: null, verdict: 'passed' },
    ...{ verdictRevision: 1, compared: true, planNeeded: 0, admitting: false, doubtful: false, plannedIn: 1 },
    ...{ startedAt: at, endedAt: at },
  };
}

function buildOf(one: StockedBuild, at: string): BuildRow {
  return {
    ...{ id: `task-${one.task}`, revision: 0, release, component: `rpm/${one.name}`, cascade, rebuild: idOf(one) },
    ...{ attempt: 1, origin: 'cascade', standing: 'own', because: '', state: 'complete', nvr: one.nvr },
    ...{ bootstrap: false, source: null, startedAt: at, endedAt: at, evidence: null, contents: 'd', repository: null },
    ...{ base: null, subject: null, group: null },
  };
}
