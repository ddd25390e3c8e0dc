import { connectToBodhi } from '@millrace/bodhi';
import {
  createConfigured,
  createLocalRpm,
  type BuildSystem,
  type Definitions,
  type MessageSettings,
} from '@millrace/build-systems';
import { connectToForge, createDistGit } from '@millrace/dist-git';
import { AppError } from '@millrace/kernel';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SchedulerConfig } from '../config';
import { believable } from './believable';
import { bodhiLander } from './bodhi-landing';
import type { Landers } from './landing-adapters';
import type { Outside } from './outside';
import type { Bumps } from './rebuild-source';
import type { Systems } from './systems';

/** A bus that a build system's messages come by. */
export interface ConfiguredBus {
  readonly name: string;
  readonly settings: MessageSettings;
  readonly us: () => Promise<string | null>;
  readonly hint: () => void;
}

export interface Configured {
  readonly systems: Systems;
  readonly buses: readonly ConfiguredBus[];
  stop(): Promise<void>;
}

/** The build systems that this scheduler knows, by the names that release definitions use. */
export function buildSystems(settings: SchedulerConfig, dataDir: string, read: Outside['read']): Configured {
  const folder = join(dataDir, 'build-systems');
  const local = createLocalRpm({
    dir: settings.builds === '' ? join(folder, 'local-rpm') : resolve(settings.builds),
    capacity: settings.capacity,
    ...(settings.toolchain === '' ? {} : { toolchain: { path: settings.toolchain } }),
  });
  const systems = new Map<string, BuildSystem>([[local.name, local]]);
  const ends: (() => Promise<void>)[] = [];
  const buses: ConfiguredBus[] = [];
  for (const [name, one] of Object.entries(settings.build_systems)) {
    if (name === local.name) throw nameTaken(name);
    const system = createConfigured(name, one, { dir: folder, definitions: definitionsOn(read) });
    systems.set(name, system);
    ends.push(() => system.end());
    if (one.messages) buses.push(busOf(name, one.messages, system));
  }
  return {
    systems: believable(systems),
    buses,
    stop: async () => void (await Promise.allSettled(ends.map((end) => end()))),
  };
}

/** How bumps are committed and come into their repositories. */
export function configuredBumps(settings: SchedulerConfig, dataDir: string, systems: Systems): Bumps {
  const author = { name: settings.commit_name, mail: settings.commit_mail };
  const git = createDistGit({ work: join(dataDir, 'dist-git'), author, access: settings.git_access });
  const forges = Object.entries(settings.forges).map(([name, one]) => [name, connectToForge(one)] as const);
  return { git, author, forges: new Map(forges), systems };
}

/** Ways to land that stand beside the build systems. */
export function configuredLanders({ bodhi }: SchedulerConfig, systems: Systems): Landers {
  if (!bodhi) return {};
  const { address: url, token_file, timeout_seconds } = bodhi;
  const token = () => secretIn('bodhi.token_file', token_file);
  return { bodhi: bodhiLander(systems, connectToBodhi({ url, token, timeoutMs: timeout_seconds * 1000 })) };
}

function secretIn(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const remedy = 'point it at a file that the scheduler may read (mode 0600)';
    throw new AppError({
      code: 'secret-unreadable',
      kind: 'invalid',
      message: `${key}: ${file} cannot be read`,
      remedy,
      cause,
    });
  }
}

function busOf(name: string, settings: MessageSettings, system: BuildSystem): ConfiguredBus {
  return {
    ...{ name, settings },
    us: () => system.who?.() ?? Promise.resolve(null),
    hint: () => system.hint?.(),
  };
}

export function definitionsOn(read: Outside['read']): Definitions {
  return {
    named: async (release) => (await read.releases.get(release))?.definition ?? null,
    all: async () => (await read.releases.where({})).map((row) => row.definition),
  };
}

function nameTaken(name: string): AppError {
  return new AppError({
    code: 'build-system-name-taken',
    kind: 'invalid',
    message: `build_systems.${name}: this is the name of the builder on this machine`,
    remedy: 'give it another name, and use that in the release definitions',
  });
}
