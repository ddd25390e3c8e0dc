import { AppError } from '@millrace/kernel';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep } from './run-step';
import { giveToBuilder, sandboxCommand, type Host } from './sandbox';

const toolLimits = { seconds: 600, memoryBytes: 2 ** 32, processes: 256, diskBytes: 2 ** 33 };

const index =
  'set -e; options="--quiet --update --no-database --simple-md-filenames --workers 1"; ' +
  'createrepo_c $options --excludes "source/*" /repository; createrepo_c $options /repository/source';

/**
 * Writes rpm-md of the folder's binary packages into `repodata`, and of its source packages into `source/repodata`.
 * The RPMs are the work of strangers: they are read inside a sandbox.
 */
export async function indexRepository(host: Host, folder: string, path: string): Promise<void> {
  const parts = ['.', 'source', 'repodata', 'source/repodata'].map((part) => join(folder, part));
  const present = await Promise.all(
    parts.map((part) =>
      readdir(part).then(
        () => [part],
        () => [],
      ),
    ),
  );
  for (const part of present.flat()) {
    await giveToBuilder(host, part);
  }
  const argv = sandboxCommand(host, {
    root: 'host',
    work: null,
    binds: [{ from: folder.slice(host.dir.length + 1), to: '/repository', writable: true }],
    path,
    limits: toolLimits,
    argv: ['/bin/sh', '-c', index],
  });
  const { code, stderr } = await runStep({ argv, path, output: 'log' });
  if (code === 0) return;
  throw new AppError({
    code: 'repository-unindexed',
    kind: 'unavailable',
    message: `createrepo_c failed on ${folder}: ${stderr.trim().slice(-500)}`,
    remedy: 'look for a full disk, and run `millrace doctor`',
  });
}
