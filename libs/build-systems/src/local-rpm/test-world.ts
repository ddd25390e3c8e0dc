import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BuildRef, BuildStatus, BuildSystem, Order } from '../build-system';
import type { BuildSystemWorld, Sample, SampleName } from '../build-system-world';
import { buildDir } from './layout';
import { createLocalRpm, type LocalRpmOptions } from './local-rpm';
import { makeByHand } from './make-by-hand';
import { readJson } from './json-file';
import { removeTree } from './remove-tree';

const root = resolve(__dirname, '../../../..');
const release = 'mini.1';

const samples: Readonly<Record<SampleName, string>> = {
  library: 'libgear',
  program: 'gearbox',
  'does-not-compile': 'crooked',
  'fails-its-test': 'untrue',
  endless: 'patient',
  'ring-a': 'ring-a',
  'ring-b': 'ring-b',
};

/** The runner is a script of its own, so it has to be compiled; nothing happens when it is up to date. */
export function compileRunner(): void {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'libs/build-systems'], {
    cwd: root,
  });
}

export function fixture(name: string): string {
  return join(__dirname, 'fixtures', name);
}

export interface LocalWorld extends BuildSystemWorld {
  readonly dir: string;
  /** Builds a folder of fixtures to its end. */
  build(name: string, more?: Partial<Order>): Promise<BuildStatus>;
}

/** A builder in a temporary folder, with real tools; all that it started is ended when it is destroyed. */
export async function localWorld(options: Partial<LocalRpmOptions> = {}): Promise<LocalWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-builder-'));
  const connect = (): BuildSystem => createLocalRpm({ capacity: 2, ...options, dir });
  let built = 0;
  return {
    dir,
    release,
    early: 'fails',
    numbers: 'consecutive',
    connect,
    sample: (name) => sampleOf(samples[name]),
    kill: (ref) => killGroup(dir, ref),
    makeByHand: (name, cascade) => makeByHand({ ...sampleOf(samples[name]), dir, release, cascade, as: 'maintainer' }),
    build: async (name, more = {}) => {
      const order = { ...emptyOrder, ...sampleOf(name), ...more };
      const place = await connect().open(release, order.cascade);
      return endOf(connect(), await connect().submit(`test/${built++}/${name}`, order, place));
    },
    destroy: async () => {
      for (const { ref, state } of (await connect().seen(release, null)).builds) {
        if (state === 'submitted' || state === 'building') await connect().cancel(ref);
      }
      await removeTree(dir);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export async function endOf(system: BuildSystem, ref: BuildRef): Promise<BuildStatus> {
  for (;;) {
    const [status] = await system.look([ref]);
    if (status && status.state !== 'submitted' && status.state !== 'building') return status;
    await new Promise((done) => setTimeout(done, 25));
  }
}

const emptyOrder = {
  ...{ release, cascade: 'tests', generation: 1, pass: 1, macros: {}, bootstrap: false, needs: [], siblings: [] },
};

function sampleOf(folder: string): Sample {
  return {
    component: `rpm/${folder}`,
    source: { kind: 'folder', path: fixture(folder) },
    ...(folder === 'ring-a' ? { bootstrapMacros: { _with_bootstrap: '1' } } : {}),
  };
}

async function killGroup(dir: string, ref: BuildRef): Promise<void> {
  const record = await readJson<{ process: { pid: number } }>(join(buildDir(dir, ref), 'runner.json'));
  process.kill(-record!.process.pid, 'SIGKILL');
  await new Promise((done) => setTimeout(done, 50));
}
