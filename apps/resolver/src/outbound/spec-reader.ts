import { canonicalJson, sha256 } from '@millrace/kernel';
import type { SpecDescription } from '@millrace/package-metadata';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceHead } from '../domain/assemble';

export interface SpecReader {
  /**
   * What rpm makes of the spec of a commit under these macros, in the sandbox.
   * @throws AppError `source-unreadable`
   */
  read(head: SourceHead, macros: Readonly<Record<string, string>>): Promise<SpecDescription>;
}

/** Bump when descriptions get more in them, so that older ones are made again. */
const cacheVersion = 1;

/**
 * Reads specs in the local builder's sandbox, and keeps what it read by commit: a commit never changes, and reading one
 * costs a few processes.
 * @param sandboxDir  a local builder's folder; its own or the builder's
 * @param cacheDir  where descriptions are kept
 */
export function createSpecReader(sandboxDir: string, cacheDir: string): SpecReader {
  return {
    async read(head, macros) {
      const key = sha256(canonicalJson({ cacheVersion, url: head.url, commit: head.commit, macros }));
      const file = join(cacheDir, `${key}.json`);
      const kept = await readFile(file, 'utf8').catch(() => null);
      if (kept !== null) return JSON.parse(kept) as SpecDescription;
      // Loaded with the first spec that is read: a service that answers need not wait for it.
      const { describeSource } = await import('@millrace/build-systems');
      const source = { kind: 'git' as const, url: head.url, commit: head.commit };
      const description = await describeSource({ dir: sandboxDir, source, macros, limits: { seconds: 60 } });
      await mkdir(cacheDir, { recursive: true });
      const draft = join(cacheDir, `.${randomUUID()}`);
      await writeFile(draft, JSON.stringify(description));
      await rename(draft, file);
      return description;
    },
  };
}
