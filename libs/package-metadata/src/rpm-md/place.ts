import { AppError } from '@millrace/kernel';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the files of a repository are had from. */
export interface RepositoryPlace {
  /** What people call it. */
  readonly address: string;
  /**
   * A local path of one of its files as it is now; each call looks again.
   * @param mostBytes  more are not fetched
   */
  path(href: string, mostBytes: number): Promise<string>;
  /** What people call one of its files. */
  nameOf(href: string): string;
}

/** A repository in a folder. */
export function folderPlace(address: string): RepositoryPlace {
  const folder = folderOf(address);
  return { address, path: (href) => Promise.resolve(join(folder, href)), nameOf: (href) => join(folder, href) };
}

/** @throws AppError `repository-address` for anything but an absolute path or a file:// address */
export function folderOf(address: string): string {
  if (address.startsWith('file://')) return fileURLToPath(address);
  if (isAbsolute(address)) return address;
  throw new AppError({
    code: 'repository-address',
    kind: 'invalid',
    message: `'${address.slice(0, 200)}' is no address of a repository that can be read`,
    remedy: 'give an absolute path or a file:// address',
  });
}
