import { AppError } from '@millrace/kernel';
import { readFileSync } from 'node:fs';

/** A secret stands in a file of its own, never in the settings. */
export function readSecret(name: string, key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new AppError({
      code: 'secret-unreadable',
      kind: 'invalid',
      message: `build_systems.${name}.${key}: ${path} cannot be read`,
      remedy: 'point it at a file that the scheduler may read (mode 0600)',
      cause,
    });
  }
}
