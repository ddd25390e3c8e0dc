import { AppError, moment, parseComponentId } from '@millrace/kernel';
import type { Contents } from '@millrace/contracts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readOrder, readState, writeEnd, writeState, type OrderRecord } from './build-folder';
import { BuildStop } from './build-stop';
import { evidenceOf } from './failure';
import { announce } from './feed';
import { startJob, type Job } from './job';
import { writeJson } from './json-file';
import { buildDir } from './layout';
import { buildImage } from './recipes/image';
import { buildModule } from './recipes/module';
import { buildRpm } from './recipes/rpm';
import { removeTree } from './remove-tree';
import { claimBuild } from './runner-process';

/**
 * The process of one build: `node runner.js <builder folder> <ref>`. It belongs to nobody who could die: whoever
 * submitted the build finds its state in the folder.
 */
async function main([dir, ref]: readonly string[]): Promise<void> {
  if (!dir || !ref) throw new Error('usage: node runner.js BUILDER-FOLDER REF');
  process.umask(0o022);
  if (!(await claimBuild(dir, ref))) return;
  const record = await readOrder(dir, ref);
  await announce(dir, record.order.release, ref);
  await mkdir(join(buildDir(dir, ref), 'logs'), { recursive: true });
  await run(dir, record);
  await announce(dir, record.order.release, ref);
  await removeTree(join(buildDir(dir, ref), 'work'));
}

async function run(dir: string, record: OrderRecord): Promise<void> {
  const { ref } = record;
  try {
    const job = await startJob(dir, record);
    const contents = await buildBy(job);
    await writeJson(join(job.folder, 'contents.json'), contents);
    const state = await readState(dir, ref);
    await writeState(dir, ref, { ...state, state: 'complete', nvr: contents.nvr, endedAt: moment(Date.now()) });
  } catch (error) {
    const stop = error instanceof BuildStop ? error : faultOf(error);
    await writeEnd(dir, ref, 'failed', await evidenceOf(buildDir(dir, ref), stop));
  }
}

function buildBy(job: Job): Promise<Contents> {
  const { type } = parseComponentId(job.record.order.component);
  switch (type) {
    case 'rpm':
      return buildRpm(job);
    case 'module':
      return buildModule(job);
    case 'container':
    case 'image':
      return buildImage(job);
    case 'stack':
    case 'deb':
    case 'external':
      throw new BuildStop(
        'source',
        `local-rpm builds no ${type}: a release names it for rpm, module, container, image`,
        'source',
      );
  }
}

/** Anything unforeseen is the builder's or the machine's fault, never the source's. */
function faultOf(error: unknown): BuildStop {
  const text = error instanceof AppError && error.remedy ? `${error.message}; ${error.remedy}` : String(error);
  return new BuildStop('builder', text, 'infrastructure');
}

void main(process.argv.slice(2));
