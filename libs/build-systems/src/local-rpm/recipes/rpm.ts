import type { Contents } from '@millrace/contracts';
import { progress, type Job } from '../job';
import { buildBinaries } from '../stages/build';
import { takeResults } from '../stages/repository';
import { installRoot, makeRoot, requirementText } from '../stages/root';
import { fetchSource } from '../stages/source';
import { makeSourcePackage } from '../stages/srpm';

/** Source -> source package -> build root -> binary packages -> candidate repository. */
export async function buildRpm(job: Job): Promise<Contents> {
  await progress(job, { stage: 'source' });
  const source = await fetchSource(job, job.record.order.source);
  await progress(job, { stage: 'srpm' });
  const srpm = await makeSourcePackage(job, source);
  await progress(job, { stage: 'root', nvr: srpm.nvr });
  await makeRoot(job);
  const inputs = await installRoot(job, srpm.buildRequires.map(requirementText));
  await progress(job, { stage: 'build' });
  const built = await buildBinaries(job, srpm, inputs);
  await progress(job, { stage: 'repository' });
  const packages = await takeResults(job);
  return {
    component: job.record.order.component,
    nvr: srpm.nvr,
    build: job.record.ref,
    packages: [...packages],
    buildRequires: [...built.buildRequires],
    inputs: [...built.inputs],
  };
}
