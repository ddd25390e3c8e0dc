import { AppError } from '@millrace/kernel';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFilelists } from './filelists';
import { readLimits, type ReadLimits } from '../limits';
import { openCompressed } from '../compression/open-compressed';
import { readText } from '../metadata-stream';
import { readPrimary, type RepositoryPackage } from './primary';
import { parseRepomd, type RepomdEntry } from './repomd';

export interface ReadOptions {
  /** Files that somebody requires; those that primary.xml does not list are looked up in filelists.xml. */
  readonly wantedFiles?: (packages: readonly RepositoryPackage[]) => ReadonlySet<string>;
  readonly limits?: ReadLimits;
}

/**
 * Reads the packages of an rpm-md repository from a folder or a `file://` address, with checksums verified.
 * @throws AppError `metadata-missing` when there is none; `metadata-*` when it cannot be trusted
 */
export async function readRepository(address: string, options: ReadOptions = {}): Promise<RepositoryPackage[]> {
  const folder = folderOf(address);
  const limits = options.limits ?? readLimits;
  const repomd = join(folder, 'repodata', 'repomd.xml');
  const entries = parseRepomd(await readText(repomd, null, { ...limits, openBytes: 1024 * 1024 }), repomd);
  const primary = entryOf(entries, 'primary', repomd);
  const packages: RepositoryPackage[] = [];
  const path = join(folder, primary.href);
  for await (const found of readPrimary(openCompressed(path, primary.checksum, limits), path, limits))
    packages.push(found);
  const listed = new Set(packages.flatMap((one) => one.files));
  const wanted = new Set([...(options.wantedFiles?.(packages) ?? [])].filter((file) => !listed.has(file)));
  if (wanted.size === 0) return packages;
  return withFiles(packages, wanted, folder, entryOf(entries, 'filelists', repomd), limits);
}

/** The modulemd documents of a repository; null when it has none. */
export async function readModules(address: string, limits: ReadLimits = readLimits): Promise<string | null> {
  const folder = folderOf(address);
  const repomd = join(folder, 'repodata', 'repomd.xml');
  const entries = parseRepomd(await readText(repomd, null, { ...limits, openBytes: 1024 * 1024 }), repomd);
  const modules = entries.find((entry) => entry.type === 'modules');
  return modules ? readText(join(folder, modules.href), modules.checksum, limits) : null;
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

async function withFiles(
  packages: readonly RepositoryPackage[],
  wanted: ReadonlySet<string>,
  folder: string,
  filelists: RepomdEntry,
  limits: ReadLimits,
): Promise<RepositoryPackage[]> {
  const path = join(folder, filelists.href);
  const found = await readFilelists(openCompressed(path, filelists.checksum, limits), wanted, path, limits);
  const byChecksum = new Map(found.map((entry) => [entry.checksum, entry.files]));
  return packages.map((one) => {
    const more = byChecksum.get(one.checksum);
    return more ? { ...one, files: [...new Set([...one.files, ...more])] } : one;
  });
}

function entryOf(entries: readonly RepomdEntry[], type: string, repomd: string): RepomdEntry {
  const entry = entries.find((one) => one.type === type);
  if (entry) return entry;
  throw new AppError({
    code: 'metadata-damaged',
    kind: 'invalid',
    message: `${repomd} lists no ${type} metadata`,
    remedy: "make the repository's metadata again (createrepo_c)",
  });
}
