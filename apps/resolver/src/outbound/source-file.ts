import { AppError } from '@millrace/kernel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceHead } from '../domain/assemble';
import { git } from './git';
import { localPath } from './source-heads';

/**
 * The text of the one file of a commit whose name the pattern matches, at the top of the repository.
 * @throws AppError `source-file` when there is none or more than one, or the commit cannot be had
 */
export async function readSourceFile(head: SourceHead, pattern: RegExp, what: string): Promise<string> {
  const path = localPath(head.url);
  if (path !== null) return fileIn(path, head, pattern, what);
  const clone = await mkdtemp(join(tmpdir(), 'millrace-source-'));
  try {
    await git(['init', '--quiet', '--bare', clone]);
    await git(['-C', clone, 'fetch', '--quiet', '--no-tags', '--depth=1', '--', head.url, head.commit], 120);
    return await fileIn(clone, head, pattern, what);
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

async function fileIn(path: string, head: SourceHead, pattern: RegExp, what: string): Promise<string> {
  const names = await git(['-C', path, 'ls-tree', '-z', '--name-only', head.commit]);
  const found = (names ?? '').split('\0').filter((name) => pattern.test(name));
  if (found.length !== 1) throw noFile(head, `it has ${found.length === 0 ? 'no' : 'more than one'} ${what}`);
  const text = await git(['-C', path, 'cat-file', 'blob', `${head.commit}:${found[0]!}`]);
  return text ?? noFile(head, `${found[0]!} cannot be read`);
}

function noFile(head: SourceHead, why: string): never {
  throw new AppError({
    code: 'source-file',
    kind: 'invalid',
    message: `${head.url} at ${head.commit.slice(0, 12)}: ${why}`,
    remedy: 'keep exactly one at the top of the repository',
  });
}
