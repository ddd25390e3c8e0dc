import { AppError, sha256, subjectToken } from '@millrace/kernel';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Folder name of a key, release or cascade: anything but `[A-Za-z0-9_-]` as `=HH`, long ones by digest. */
export function folderName(text: string): string {
  if (text === '' || text.length > 1024) {
    throw new AppError({
      code: 'local-rpm-name-unusable',
      kind: 'invalid',
      message: `a key, release or cascade of ${text.length} characters cannot name a folder`,
      remedy: 'use a name of 1 to 1024 characters',
    });
  }
  const escaped = subjectToken(text);
  return escaped.length <= 180 ? escaped : `digest-${sha256(text)}`;
}

export function buildDir(dir: string, ref: string): string {
  return join(dir, 'builds', folderOfRef(ref));
}

export function releaseDir(dir: string, release: string): string {
  return join(dir, 'releases', folderName(release));
}

/** Where a place's numbered repositories are: the release's base, or the cascade's side. */
export function seriesDir(dir: string, release: string, cascade: string | null): string {
  const below = releaseDir(dir, release);
  return cascade === null ? join(below, 'base') : join(below, 'sides', folderName(cascade));
}

export function candidateDir(dir: string, release: string, ref: string): string {
  return join(releaseDir(dir, release), 'candidates', folderOfRef(ref));
}

export function placeId(release: string, cascade: string | null): string {
  return cascade === null ? release : `${release}/${cascade}`;
}

export function fileAddress(path: string): string {
  return pathToFileURL(path).href;
}

/** Is there a build of this ref? */
export async function isBuild(dir: string, ref: string): Promise<boolean> {
  return refShape.test(ref) && (await stat(buildDir(dir, ref)).catch(() => null)) !== null;
}

const refShape = /^[A-Za-z0-9_=-]{1,200}$/;

/** A ref comes back from callers and their databases: it must never lead out of the folder. */
function folderOfRef(ref: string): string {
  if (refShape.test(ref)) return ref;
  throw new AppError({
    code: 'build-ref-malformed',
    kind: 'invalid',
    message: `'${ref.slice(0, 80)}' is no ref of a build of this builder`,
    remedy: 'use a ref that find, submit or seen gave',
  });
}
