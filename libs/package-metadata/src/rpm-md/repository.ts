import { AppError } from '@millrace/kernel';
import { createHash } from 'node:crypto';
import { openCompressed } from '../compression/open-compressed';
import { readLimits, type ReadLimits } from '../limits';
import { readText } from '../metadata-stream';
import { readFilelists } from './filelists';
import { folderPlace, type RepositoryPlace } from './place';
import { readPrimary, type RepositoryPackage } from './primary';
import { parseRepomd, type RepomdEntry } from './repomd';

const repomdHref = 'repodata/repomd.xml';
const mostRepomdBytes = 1024 * 1024;

export interface ReadOptions {
  /** Files that somebody requires; those that primary.xml does not list are looked up in filelists.xml. */
  readonly wantedFiles?: (packages: readonly RepositoryPackage[]) => ReadonlySet<string>;
  readonly limits?: ReadLimits;
  /** Called now and then with the number of packages that are read. */
  readonly progress?: (packages: number) => void;
}

/** All that is read of a repository, of one and the same state of it. */
export interface RepositoryContents {
  readonly packages: RepositoryPackage[];
  /** Its modulemd documents; null when it has none. */
  readonly modules: string | null;
}

/**
 * Reads the packages of an rpm-md repository from a folder or a `file://` address, with checksums verified.
 * @throws AppError `metadata-missing` when there is none; `metadata-*` when it cannot be trusted;
 * `repository-changed` when it was written meanwhile
 */
export async function readRepository(address: string, options: ReadOptions = {}): Promise<RepositoryPackage[]> {
  return (await readRepositoryAt(folderPlace(address), options)).packages;
}

/**
 * Reads the packages and the modules of an rpm-md repository: `repomd.xml` first, then the files that it names, of which
 * filelists only when somebody requires a file that primary does not list. At the end `repomd.xml` must still be what it was.
 * @throws AppError as {@link readRepository} does, and what the place throws
 */
export async function readRepositoryAt(place: RepositoryPlace, options: ReadOptions = {}): Promise<RepositoryContents> {
  const limits = options.limits ?? readLimits;
  const repomd = await readRepomd(place, limits);
  const entries = parseRepomd(repomd, place.nameOf(repomdHref));
  const reader = new EntryReader(place, entries, limits);
  const contents = await reader.read(options).catch(async (thrown: unknown) => {
    // What a mirror that was just replaced looks like: sums that do not match, and files that are gone.
    if (mayComeOfChange(thrown)) {
      await assertUnchanged(place, repomd, limits).catch((found: unknown) => {
        throw found instanceof AppError && found.code === 'repository-changed' ? found : thrown;
      });
    }
    throw thrown;
  });
  await assertUnchanged(place, repomd, limits);
  return contents;
}

/** The modulemd documents of a repository in a folder; null when it has none. */
export async function readModules(address: string, limits: ReadLimits = readLimits): Promise<string | null> {
  const place = folderPlace(address);
  const entries = parseRepomd(await readRepomd(place, limits), place.nameOf(repomdHref));
  return new EntryReader(place, entries, limits).modules();
}

class EntryReader {
  constructor(
    private readonly place: RepositoryPlace,
    private readonly entries: readonly RepomdEntry[],
    private readonly limits: ReadLimits,
  ) {}

  async read(options: ReadOptions): Promise<RepositoryContents> {
    return { packages: await this.packages(options), modules: await this.modules() };
  }

  async modules(): Promise<string | null> {
    const entry = this.entries.find((one) => one.type === 'modules');
    if (!entry) return null;
    return readText(await this.pathOf(entry), checksumOf(entry, this.what(entry)), this.limits, this.what(entry));
  }

  private async packages({ wantedFiles, progress }: ReadOptions): Promise<RepositoryPackage[]> {
    const primary = this.entry('primary');
    const packages: RepositoryPackage[] = [];
    for await (const found of readPrimary(await this.open(primary), this.what(primary), this.limits)) {
      packages.push(found);
      if (packages.length % 5000 === 0) progress?.(packages.length);
    }
    const wanted = new Set(wantedFiles?.(packages) ?? []);
    if (wanted.size === 0) return packages;
    for (const { files } of packages) for (const file of files) wanted.delete(file);
    return wanted.size === 0 ? packages : this.withFiles(packages, wanted);
  }

  private async withFiles(
    packages: readonly RepositoryPackage[],
    wanted: ReadonlySet<string>,
  ): Promise<RepositoryPackage[]> {
    const filelists = this.entry('filelists');
    const found = await readFilelists(await this.open(filelists), wanted, this.what(filelists), this.limits);
    const byChecksum = new Map(found.map((entry) => [entry.checksum, entry.files]));
    return packages.map((one) => {
      const more = byChecksum.get(one.checksum);
      return more ? { ...one, files: [...new Set([...one.files, ...more])] } : one;
    });
  }

  private async open(entry: RepomdEntry): Promise<AsyncIterable<Uint8Array>> {
    const path = await this.pathOf(entry);
    return openCompressed(path, checksumOf(entry, this.what(entry)), this.limits, this.what(entry));
  }

  /** No more is fetched than the repository says that the file has. */
  private pathOf({ href, size }: RepomdEntry): Promise<string> {
    return this.place.path(href, Math.min(size ?? this.limits.storedBytes, this.limits.storedBytes));
  }

  private what({ href }: RepomdEntry): string {
    return this.place.nameOf(href);
  }

  private entry(type: string): RepomdEntry {
    const entry = this.entries.find((one) => one.type === type);
    if (entry) return entry;
    throw damagedRepomd(this.place, `lists no ${type} metadata`);
  }
}

async function readRepomd(place: RepositoryPlace, limits: ReadLimits): Promise<string> {
  const path = await place.path(repomdHref, mostRepomdBytes);
  return readText(path, null, { ...limits, openBytes: mostRepomdBytes }, place.nameOf(repomdHref));
}

function mayComeOfChange(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code !== 'metadata-compression' && thrown.kind !== 'bug';
}

async function assertUnchanged(place: RepositoryPlace, before: string, limits: ReadLimits): Promise<void> {
  const now = await readRepomd(place, limits);
  if (now === before) return;
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
  throw new AppError({
    code: 'repository-changed',
    kind: 'unavailable',
    message: `${place.address} changed while it was read: its repomd.xml was ${digest(before)}… and is ${digest(now)}… now`,
    remedy: 'import it again once it is written; nothing was changed',
  });
}

function checksumOf({ checksum, type }: RepomdEntry, what: string): NonNullable<RepomdEntry['checksum']> {
  if (checksum !== null && checksum.value !== '') return checksum;
  throw new AppError({
    code: 'metadata-checksum',
    kind: 'invalid',
    message: `repomd.xml promises no checksum of its ${type} metadata (${what})`,
    remedy: "make the repository's metadata again (createrepo_c)",
  });
}

function damagedRepomd(place: RepositoryPlace, why: string): AppError {
  return new AppError({
    code: 'metadata-damaged',
    kind: 'invalid',
    message: `${place.nameOf(repomdHref)} ${why}`,
    remedy: "make the repository's metadata again (createrepo_c)",
  });
}
