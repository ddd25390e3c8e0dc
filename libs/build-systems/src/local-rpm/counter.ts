import { sha256 } from '@millrace/kernel';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './json-file';
import { folderName, releaseDir } from './layout';

/** The next number of a series, given to one caller only, in whichever process. Starts at `first`. */
export async function takeNumber(dir: string, release: string, series: string, first = 1): Promise<number> {
  const folder = join(releaseDir(dir, release), 'counters', folderName(series));
  await mkdir(folder, { recursive: true });
  for (let number = await nextNumber(dir, release, series, first); ; number++) {
    try {
      await mkdir(join(folder, String(number)));
      return number;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** The number that would be given next; somebody else may be faster. */
export async function nextNumber(dir: string, release: string, series: string, first = 1): Promise<number> {
  const folder = join(releaseDir(dir, release), 'counters', folderName(series));
  const taken = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return taken.map(Number).reduce((most, n) => Math.max(most, n + 1), first);
}

/** `YYYYMMDDhhmmss` in UTC of a time in milliseconds, the form of a module's version. */
export function versionOf(ms: number): number {
  return Number(new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14));
}

/** Eight hex digits that tell texts apart. */
export function shortDigest(text: string): string {
  return sha256(text).slice(0, 8);
}
