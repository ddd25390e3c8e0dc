import { AppError } from '@millrace/kernel';
import { stat } from 'node:fs/promises';

/** How much of a foreign file is read before it is refused. */
export interface ReadLimits {
  /** Bytes of one metadata file, as it is stored. */
  readonly storedBytes: number;
  /** Bytes of one metadata file once it is decompressed. */
  readonly openBytes: number;
  /** Packages of one repository. */
  readonly packages: number;
  /** Provides, requires and files of one package together. */
  readonly entries: number;
}

/** Enough for the largest distributions there are, some ten times over. */
export const readLimits: ReadLimits = {
  storedBytes: 512 * 1024 * 1024,
  openBytes: 4 * 1024 * 1024 * 1024,
  packages: 1_000_000,
  entries: 2_000_000,
};

export function tooLarge(what: string, limit: number, unit: string): AppError {
  return new AppError({
    code: 'metadata-too-large',
    kind: 'invalid',
    message: `${what} has more than ${limit} ${unit}`,
    remedy: 'check that it is what it should be: no real repository comes near this limit',
  });
}

/** @throws AppError `metadata-missing` or `metadata-too-large` */
export async function assertSize(path: string, limit: number, what = path): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) {
    throw new AppError({
      code: 'metadata-missing',
      kind: 'missing',
      message: `there is no file ${what}`,
      remedy: 'check the address of the repository, and that its metadata was made (createrepo_c)',
    });
  }
  if (found.size > limit) throw tooLarge(what, limit, 'bytes');
}
