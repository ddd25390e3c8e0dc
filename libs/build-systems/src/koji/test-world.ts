import type { SideTagPolicy } from '@millrace/contracts';
import { connectToHub, type KojiHub } from '@millrace/koji';
import { startFakeHub, type FakeHub, type Recipe } from '@millrace/koji/fake';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildRef } from '../build-system';
import type { BuildSystemWorld, Sample, SampleName } from '../build-system-world';
import { createKojiBuildSystem } from './koji';
import { taskOfRef } from './ref';

const base = 'git+https://src.example/rpms';
const commit = '0123456789012345678901234567890123456789';
const release = 'mini.1';

const recipes: Readonly<Record<SampleName, Recipe>> = {
  library: { name: 'libgear', version: '1', release: '1', provides: ['libgear.so.1'] },
  program: { name: 'gearbox', version: '1', release: '1', buildRequires: ['libgear-devel'] },
  'does-not-compile': { name: 'crooked', version: '1', release: '1', ends: 'compile' },
  'fails-its-test': { name: 'untrue', version: '1', release: '1', ends: 'test' },
  endless: { name: 'patient', version: '1', release: '1', ends: 'hangs' },
  'ring-a': {
    name: 'ring-a',
    version: '1',
    release: '1',
    buildRequires: ['ring-b'],
    bootstrapMacro: '_with_bootstrap',
  },
  'ring-b': { name: 'ring-b', version: '1', release: '1', buildRequires: ['ring-a'] },
};

/** A fake hub with a release, two users, and what the suite of build systems builds. */
export async function kojiWorld(sideTags?: SideTagPolicy): Promise<BuildSystemWorld & { readonly hub: FakeHub }> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-koji-'));
  const hub = await startFakeHub();
  layOut(hub);
  const ends: (() => Promise<void>)[] = [];
  const connect = () => {
    const rest = { isolation: 'side-tag', drafts: false, promote: 'land' } as const;
    const target = { target: 't1', tag: 't1', ...rest, sideTags };
    const here = new Map([[release, { rpm: target }]]);
    const system = createKojiBuildSystem({
      ...{ name: 'koji', dir, topUrl: 'https://koji.example', capacity: 7, longestCallMs: 50, pollMs: 5 },
      releases: { named: (name) => Promise.resolve(here.get(name) ?? null), all: () => Promise.resolve(here) },
      hub: { url: hub.url, ...loginOf('millrace'), pace: { tries: 3, intervalMs: 5 } },
    });
    ends.push(() => system.end());
    return system;
  };
  return {
    ...{ hub, release, connect, early: 'waits', numbers: 'rising' },
    sample: (name): Sample => ({
      component: `rpm/${recipes[name].name}`,
      source: { kind: 'git', url: `https://src.example/rpms/${recipes[name].name}`, commit },
      ...(name === 'ring-a' ? { bootstrapMacros: { _with_bootstrap: '1' } } : {}),
    }),
    kill: (ref) =>
      Promise.resolve(
        hub.control.endTask(taskOfRef(ref.replace(/^koji\./, '')), 'FAILED', 'Refusing to run task: builder lost'),
      ),
    makeByHand: async (name, cascade) => {
      const place = await connect().open(release, cascade);
      const hand = connectToHub({ url: hub.url, ...loginOf('maintainer') });
      const target = cascade === null ? 't1' : place.id;
      const ref = await buildByHand(hand, `${base}/${recipes[name].name}#${commit}`, target);
      await hand.close();
      return ref;
    },
    destroy: async () => {
      await Promise.all(ends.map((end) => end()));
      await hub.close();
      await rm(dir, { recursive: true });
    },
  };
}

async function buildByHand(hub: KojiHub, source: string, target: string): Promise<BuildRef> {
  const outcome = await hub.write.build(source, target, {});
  if (outcome.kind === 'happened') throw new Error('it had happened before');
  return `koji.task-${outcome.value}`;
}

function loginOf(user: string) {
  return { login: { kind: 'password', user, password: 'secret' } } as const;
}

function layOut({ control, state }: FakeHub): void {
  for (const user of ['millrace', 'maintainer']) control.addUser(user, 'secret');
  for (const user of state.users) Object.assign(user, { perms: ['admin'] });
  control.addTag('t1', { packages: Object.values(recipes).map((recipe) => recipe.name) });
  control.addTag('t1-candidate', { parents: ['t1'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1-candidate');
  for (const recipe of Object.values(recipes)) control.addSource(`${base}/${recipe.name}`, recipe);
}
