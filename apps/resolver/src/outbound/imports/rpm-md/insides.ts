import { AppError, toAppError } from '@millrace/kernel';
import {
  readPackageInsides,
  type Candidate,
  type PackageInsides,
  type RepositoryPackage,
} from '@millrace/package-metadata';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { limited } from '../../limited';
import type { Means } from '../importer';
import { sandboxed } from './sandboxed';

const atOnce = 2;
const mostPackageBytes = 8 * 1024 * 1024 * 1024;
/** Bump when more is read, so that older records are made again. */
const cacheVersion = 1;

/** On which architectures a source is built, by its header; empty lists: on all. */
export interface BuildArchitectures {
  readonly only: readonly string[];
  readonly never: readonly string[];
}

/** What is inside of packages, where they can be read; which cannot, and why, is told. Kept by the package's digest. */
export function insidesOf(
  candidates: readonly Candidate[],
  means: Means,
): Promise<ReadonlyMap<RepositoryPackage, PackageInsides>> {
  return each(candidates, 'insides', means, (file) => readPackageInsides(sandboxed('rpm2cpio', [], file)));
}

export function buildArchitecturesOf(
  sources: readonly Candidate[],
  means: Means,
): Promise<ReadonlyMap<RepositoryPackage, BuildArchitectures>> {
  const format = '[%{EXCLUSIVEARCH} ]|[%{EXCLUDEARCH} ]';
  return each(sources, 'architectures', means, async (file) => {
    const question = ['-qp', '--nosignature', '--nodigest', '--qf', format];
    let answer = '';
    for await (const chunk of sandboxed('rpm', question, file)) answer += Buffer.from(chunk).toString('utf8');
    const [only = '', never = ''] = answer.split('|');
    return { only: wordsIn(only), never: wordsIn(never) };
  });
}

function wordsIn(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '' && word !== '(none)');
}

async function each<Value>(
  candidates: readonly Candidate[],
  what: string,
  means: Means,
  read: (file: string) => Promise<Value>,
): Promise<ReadonlyMap<RepositoryPackage, Value>> {
  let done = 0;
  const found = await limited(candidates, atOnce, async ({ repository, of }) => {
    if (++done % 100 === 0) means.progress(done, `of ${candidates.length} packages looked into`);
    try {
      return await kept(what, of, means, async () => {
        const place = await means.files.place(repository);
        const file = await place.path(of.location, Math.min(of.size || mostPackageBytes, mostPackageBytes));
        await assertDigest(file, of);
        return read(file);
      });
    } catch (thrown) {
      means.findings.leftOut(`what is inside of ${of.location}`, toAppError(thrown).message);
      return null;
    }
  });
  return new Map(candidates.flatMap(({ of }, n) => (found[n] === null ? [] : [[of, found[n]!] as const])));
}

/** What was read of a package before, by its digest; a package never changes under one. */
async function kept<Value>(
  what: string,
  { checksum }: RepositoryPackage,
  { cache }: Means,
  make: () => Promise<Value>,
): Promise<Value> {
  if (cache === null || !/^[0-9a-f]{40,128}$/.test(checksum)) return make();
  const file = join(cache, `${checksum}.${what}.${cacheVersion}.json`);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text !== null) return JSON.parse(text) as Value;
  const value = await make();
  await mkdir(cache, { recursive: true });
  const draft = join(cache, `.${randomUUID()}`);
  await writeFile(draft, JSON.stringify(value));
  await rename(draft, file);
  return value;
}

async function assertDigest(file: string, { checksum, location }: RepositoryPackage): Promise<void> {
  const algorithm = { 40: 'sha1', 64: 'sha256', 128: 'sha512' }[checksum.length];
  if (!algorithm) return;
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  if (hash.digest('hex') === checksum) return;
  throw new AppError({
    code: 'metadata-checksum',
    kind: 'unavailable',
    message: `${location} is not the package that the repository promises`,
    remedy: "make the repository's metadata again (createrepo_c)",
  });
}
