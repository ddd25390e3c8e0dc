import { AppError } from '@millrace/kernel';
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Repository } from '../../domain/state';

/** The RPM files of a repository by their names. */
export async function filesOf(repository: Repository): Promise<ReadonlyMap<string, string>> {
  const folder = folderOf(repository);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    const message = `repository ${repository.number} of ${repository.place} cannot be read at ${folder}`;
    const remedy = 'the harvester must see the folder of the build system; check its mount and its rights';
    throw new AppError({ code: 'repository-unreadable', kind: 'unavailable', message, remedy, cause });
  });
  return new Map(
    entries
      .filter((entry) => entry.name.endsWith('.rpm') && !entry.isDirectory())
      .map((entry) => [entry.name, join(entry.parentPath, entry.name)]),
  );
}

function folderOf({ address }: Repository): string {
  if (address.startsWith('file:///') && URL.canParse(address)) return fileURLToPath(address);
  throw new AppError({
    code: 'repository-address-unusable',
    kind: 'invalid',
    message: `'${address.slice(0, 200)}' is no file:// address of a repository`,
    remedy: 'compose only from build systems that keep their repositories in a folder',
  });
}

/**
 * Puts a file at its place: linked where one file system holds both, else copied. What arrives is read again and must
 * have the digest, when there is one; gives the digest.
 */
export async function placeFile(from: string, to: string, digest: string | null): Promise<string> {
  const source = await realpath(from);
  if (!(await lstat(source)).isFile()) throw unusable(from, 'is no regular file');
  await mkdir(dirname(to), { recursive: true });
  await link(source, to).catch(async (error: NodeJS.ErrnoException) => {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(error.code ?? '')) throw error;
    await copyFile(source, to, constants.COPYFILE_EXCL);
  });
  const found = await digestOfFile(to);
  if (digest === null || found === digest.toLowerCase()) return found;
  throw unusable(from, `has the sha256 ${found.slice(0, 16)}…, but its build says ${digest.slice(0, 16)}…`);
}

export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function unusable(file: string, why: string): AppError {
  return new AppError({
    code: 'package-unusable',
    kind: 'invalid',
    message: `${basename(file)} ${why}`,
    remedy: 'the repository is damaged: rebuild the component, and make the compose again',
  });
}
