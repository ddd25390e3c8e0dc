import { moment } from '@millrace/kernel';
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRef } from '../build-system';
import { submittedState, type OrderRecord } from './build-folder';
import { codeOf, writeJson } from './json-file';
import { buildDir, folderName, isBuild } from './layout';
import { runnerState, startRunner } from './runner-process';

/** Folder name and ref of a key: one key, one build, whoever submits it. */
export function refOf(key: string): BuildRef {
  return folderName(key);
}

/**
 * Makes the build's folder, whole or not at all, and starts a runner. When the folder is there already, the earlier
 * order counts; a runner is started only if none has taken the build.
 */
export async function submitBuild(dir: string, record: Omit<OrderRecord, 'ref' | 'submittedAt'>): Promise<BuildRef> {
  const ref = refOf(record.key);
  if (!(await isBuild(dir, ref))) await makeFolder(dir, { ...record, ref, submittedAt: moment(Date.now()) });
  if ((await runnerState(dir, ref)) === 'none') await startRunner(dir, ref);
  return ref;
}

async function makeFolder(dir: string, record: OrderRecord): Promise<void> {
  const draft = join(dir, 'builds', `.draft-${randomUUID()}`);
  await mkdir(join(draft, 'logs'), { recursive: true });
  await writeJson(join(draft, 'order.json'), record);
  await writeJson(join(draft, 'state.json'), submittedState);
  try {
    await rename(draft, buildDir(dir, record.ref));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!['EEXIST', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error;
  }
}
