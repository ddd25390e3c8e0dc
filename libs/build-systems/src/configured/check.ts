import type { ReleaseDefinition } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkKoji, type CheckWishes } from '../koji/checks';
import type { KojiFinding } from '../koji/finding';
import { hubOptions, releasesOf } from './koji-options';
import { buildSystemsSettings, type BuildSystemSettings } from './settings';

const settingsFile = z.looseObject({
  scheduler: z.looseObject({ build_systems: buildSystemsSettings.default({}) }).default({ build_systems: {} }),
});

/** The build systems that a settings file (millrace.yaml) names. Throws `settings-invalid`, `settings-unreadable`. */
export async function readBuildSystems(path: string): Promise<Readonly<Record<string, BuildSystemSettings>>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const message = `the settings file ${path} cannot be read`;
    throw new AppError({ code: 'settings-unreadable', kind: 'invalid', message, remedy: 'correct its path', cause });
  });
  const parsed = settingsFile.safeParse(yamlIn(path, text) ?? {});
  if (parsed.success) return parsed.data.scheduler.build_systems;
  const problems = parsed.error.issues.map((one) => `${one.path.join('.')}: ${one.message}`).join('; ');
  throw new AppError({
    code: 'settings-invalid',
    kind: 'invalid',
    message: `${path}: ${problems}`.slice(0, 2000),
    remedy: 'correct the section scheduler.build_systems',
  });
}

function yamlIn(path: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    const message = `${path} is no YAML: ${cause instanceof Error ? cause.message.split('\n')[0] : ''}`;
    throw new AppError({ code: 'settings-unreadable', kind: 'invalid', message, remedy: 'correct it', cause });
  }
}

/** Looks at one configured hub, for the releases that build there. Changes nothing unless it may try. */
export async function checkConfiguredKoji(
  name: string,
  settings: Extract<BuildSystemSettings, { kind: 'koji' }>,
  definitions: readonly ReleaseDefinition[],
  wishes: CheckWishes = {},
): Promise<readonly KojiFinding[]> {
  const known = {
    named: (release: string) => Promise.resolve(definitions.find((one) => one.release === release) ?? null),
    all: () => Promise.resolve(definitions),
  };
  return checkKoji(hubOptions(name, settings), await releasesOf(name, known).all(), wishes);
}
