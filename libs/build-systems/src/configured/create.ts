import { join } from 'node:path';
import type { BuildSystem } from '../build-system';
import { createKojiBuildSystem } from '../koji/koji';
import { hubOptions, releasesOf, type Definitions } from './koji-options';
import type { BuildSystemSettings } from './settings';

export interface ConfiguredPlace {
  /** Folder of all build systems; each has one of its own in it. */
  readonly dir: string;
  readonly definitions: Definitions;
}

/**
 * Makes a build system from its settings. Nothing is asked of its server yet.
 *
 * @throws AppError `secret-unreadable`, `koji-option-invalid`, `koji-file-unreadable` (invalid)
 */
export function createConfigured(
  name: string,
  settings: BuildSystemSettings,
  { dir, definitions }: ConfiguredPlace,
): BuildSystem & { end(): Promise<void> } {
  return createKojiBuildSystem({
    name,
    dir: join(dir, name),
    hub: hubOptions(name, settings),
    topUrl: settings.top_url,
    releases: releasesOf(name, definitions),
    capacity: settings.capacity,
    longestCallMs: settings.longest_call_seconds * 1000,
    pollMs: settings.poll_seconds * 1000,
    noBuilderMs: settings.no_builder_seconds * 1000,
  });
}
