import { AppError } from '@millrace/kernel';
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SourceHead } from '../domain/assemble';
import { git } from './git';
import { limited } from './limited';

export interface GitSource {
  /** A folder of repositories, or an address with `{name}` in it. */
  readonly git: string;
  readonly branch: string;
}

const nameShape = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}$/;
const width = 8;

/**
 * Every repository of a source with the head of its branch; repositories without that branch are left out.
 * @param names  components that may exist: a template cannot be listed, a folder needs no names
 * @throws AppError `source-address`, `source-folder` (unavailable)
 */
export async function sourceHeads(source: GitSource, names: Iterable<string>): Promise<readonly SourceHead[]> {
  const repositories = source.git.includes('{name}')
    ? [...new Set(names)].filter((name) => nameShape.test(name)).map((name) => addressed(source.git, name))
    : await folderOf(localPath(source.git) ?? wrongAddress(source.git));
  const heads = await limited(repositories, width, ({ name, url }) => headOf(name, url, source.branch));
  return heads.filter((head) => head !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Repository {
  readonly name: string;
  readonly url: string;
}

function addressed(template: string, name: string): Repository {
  const address = template.replaceAll('{name}', name);
  const path = localPath(address);
  if (path === null && !address.startsWith('https://')) return wrongAddress(template);
  return { name, url: path === null ? address : pathToFileURL(path).href };
}

async function folderOf(path: string): Promise<readonly Repository[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError({
      code: 'source-folder',
      kind: 'unavailable',
      message: `the folder of source repositories ${path} cannot be read`,
      remedy: 'correct `sources` in the release definition, or make the folder readable for the resolver',
      cause,
    });
  });
  const found = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => ({ name: entry.name.replace(/\.git$/, ''), path: join(path, entry.name) }))
    .filter(({ name }) => nameShape.test(name));
  return found.map((one) => ({ name: one.name, url: pathToFileURL(one.path).href }));
}

async function headOf(name: string, url: string, branch: string): Promise<SourceHead | null> {
  const path = localPath(url);
  if (path !== null && !(await isRepository(path))) return null;
  const reference = `refs/heads/${branch}`;
  const answer =
    path === null
      ? await git(['ls-remote', '--quiet', '--', url, reference])
      : await git(['-C', path, 'rev-parse', '--verify', '--quiet', `${reference}^{commit}`]);
  const commit = /^[0-9a-f]{40}\b/.exec(answer ?? '')?.[0];
  return commit === undefined ? null : { name, url, commit };
}

/** Without this, git would look for a repository in the folders above. */
async function isRepository(path: string): Promise<boolean> {
  const found = await Promise.all(['HEAD', '.git'].map((name) => stat(join(path, name)).catch(() => null)));
  return found.some((one) => one !== null);
}

/** The path of a local address; null for one elsewhere. */
export function localPath(address: string): string | null {
  if (address.startsWith('file://')) return fileURLToPath(address);
  return isAbsolute(address) ? address : null;
}

function wrongAddress(address: string): never {
  throw new AppError({
    code: 'source-address',
    kind: 'invalid',
    message: `'${address.slice(0, 200)}' is no address of source repositories`,
    remedy: 'write an absolute path, a file:// or https:// address into `sources` of the release definition',
  });
}
