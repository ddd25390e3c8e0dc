import { connectToHub } from '@millrace/koji';
import { startFakeHub, type FakeHub, type FakeHubOptions, type Recipe } from '@millrace/koji/fake';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildSystem, Order } from '../build-system';
import { ended } from '../build-system-world';
import { createKojiBuildSystem } from './koji';
import type { KojiTarget } from './settings';

export const commit = '0123456789012345678901234567890123456789';
export const base = 'https://src.example/rpms';
export const recipes: Record<string, Recipe> = {
  libfoo: { name: 'libfoo', version: '1.4', release: '1', provides: ['libfoo.so.2'] },
  app: { name: 'app', version: '2', release: '3', buildRequires: ['libfoo-devel'], requires: ['libfoo.so.2'] },
  slow: { name: 'slow', version: '1', release: '1', ends: 'hangs' },
  broken: { name: 'broken', version: '1', release: '1', ends: 'compile' },
  untrue: { name: 'untrue', version: '1', release: '1', ends: 'test' },
  split: { name: 'split', version: '1', release: '1', arches: ['x86_64', 'aarch64'], failsOn: 'aarch64' },
  exotic: { name: 'exotic', version: '1', release: '1', arches: ['x86_64', 's390x'] },
  box: { name: 'box', version: '1', release: '1', installs: ['libfoo'] },
  'stale-box': { name: 'stale-box', version: '1', release: '1', installs: ['libfoo'], stale: true },
  gone: { name: 'gone', version: '1', release: '1', ends: 'source' },
};

/** A hub with one release, anew for each test of a suite, and what is done with it. */
export function kojiDesk() {
  let hub: FakeHub;
  let dir: string;
  const systems: { end(): Promise<void> }[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-koji-'));
    hub = await startFakeHub();
    layOut(hub);
  });
  afterEach(async () => {
    Object.assign(hub.trouble, { offline: false, cutBefore: 0, loseAnswers: 0 });
    await Promise.all(systems.splice(0).map((system) => system.end()));
    await hub.close();
    await rm(dir, { recursive: true });
  });

  /** As another process sees it. */
  const connect = (target: Partial<KojiTarget> = {}, user = 'millrace', tries = 3, more = {}): BuildSystem => {
    const plain = { target: 't1', isolation: 'side-tag', tag: 't1', drafts: false, promote: 'land' } as const;
    const releases = new Map([['f43', { rpm: { ...plain, ...target }, container: { ...plain, tag: 't1' } }]]);
    const system = createKojiBuildSystem({
      ...{ name: 'koji', dir, topUrl: 'https://koji.example', capacity: 7, longestCallMs: 50, pollMs: 5 },
      releases: { named: (name) => Promise.resolve(releases.get(name) ?? null), all: () => Promise.resolve(releases) },
      hub: { url: hub.url, login: { kind: 'password', user, password: 'secret' }, pace: { tries, intervalMs: 5 } },
      ...more,
    });
    systems.push(system);
    return system;
  };
  const order = (name: string, cascade: string | null, needs: readonly string[] = []): Order => ({
    ...{ release: 'f43', component: `rpm/${name}`, cascade, generation: 1, pass: 1, macros: {}, bootstrap: false },
    ...{ source: { kind: 'git', url: `https://src.example/rpms/${name}`, commit }, needs, siblings: [] },
  });
  const build = async (system: BuildSystem, name: string, cascade: string, needs: readonly string[] = []) => {
    const place = await system.open('f43', cascade);
    return ended(system, await system.submit(`${cascade}/${name}`, order(name, cascade, needs), place));
  };
  const tagged = (name: string) => {
    const tag = hub.state.tags.find((t) => t.name === name)!;
    const rows = hub.state.taggings.filter((t) => t.tag_id === tag.id && t.revoke_event === null);
    return rows.map((row) => hub.state.builds.find((b) => b.id === row.build_id)!.name).sort();
  };
  const sideTags = () => hub.state.tags.filter((t) => t.sideOf !== null).map((t) => t.name);
  const tasks = (method = 'build') => hub.state.tasks.filter((t) => t.method === method).length;
  /** Another hub in its place. */
  const anew = async (options: FakeHubOptions): Promise<void> => {
    await hub.close();
    hub = await startFakeHub(options);
    layOut(hub);
  };
  return {
    get hub() {
      return hub;
    },
    get dir() {
      return dir;
    },
    ...{ systems, connect, order, build, tagged, sideTags, tasks, anew },
  };
}

function layOut({ control, state }: FakeHub): void {
  control.addUser('millrace', 'secret');
  control.addUser('maintainer', 'secret');
  for (const user of state.users) Object.assign(user, { perms: ['admin'] });
  control.addTag('t1', { packages: Object.keys(recipes) });
  control.addTag('t1-candidate', { parents: ['t1'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1-candidate');
  for (const [name, recipe] of Object.entries(recipes)) control.addSource(`git+${base}/${name}`, recipe);
}

/** Nothing moves any more. */
export async function settled(hub: FakeHub): Promise<void> {
  for (const before = hub.calls.get('x') ?? 0; before >= 0;) {
    await new Promise((done) => setTimeout(done, 15));
    if (!hub.step()) return;
  }
}

/** A maintainer's own build, past us: it goes through the candidates. */
export async function handBuild(hub: FakeHub): Promise<number> {
  const theirs = connectToHub({ url: hub.url, login: { kind: 'password', user: 'maintainer', password: 'secret' } });
  const outcome = await theirs.write.build(`git+${base}/libfoo#${commit}`, 't1', {});
  if (outcome.kind === 'happened') throw new Error('unexpected');
  for (;;) {
    if ((await theirs.getTask(outcome.value))?.state === 'CLOSED') break;
    await new Promise((done) => setTimeout(done, 5));
  }
  await theirs.close();
  return outcome.value;
}
