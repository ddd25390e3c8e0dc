import { AppError, moment } from '@millrace/kernel';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readState, writeState, type OrderRecord, type StateRecord } from './build-folder';
import { BuildStop } from './build-stop';
import { prepareHost } from './host';
import { buildDir } from './layout';
import { currentRepository, type RepositoryRecord } from './repository';
import { runStep, type StepResult } from './run-step';
import { giveToBuilder, sandboxCommand, type Bind, type Host, type SandboxRoot } from './sandbox';

/** One build under way: what its stages share. */
export interface Job {
  readonly host: Host;
  readonly record: OrderRecord;
  /** The build's folder, absolute. */
  readonly folder: string;
  /** Its work folder, relative to the builder's folder; removed when the build ends. */
  readonly work: string;
  /** The place's repository when the build started: its build root is made from it and the siblings alone. */
  readonly repository: RepositoryRecord;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

export interface BoxedStep {
  readonly root: SandboxRoot;
  readonly binds?: readonly Bind[];
  readonly env?: Readonly<Record<string, string>>;
  readonly output?: 'log' | 'returned';
  readonly argv: readonly string[];
}

export async function startJob(dir: string, record: OrderRecord): Promise<Job> {
  const { settings, place, ref } = record;
  const host = await prepareHost(dir, settings.path);
  const folder = buildDir(dir, ref);
  const repository = await currentRepository(dir, place.release, place.cascade);
  if (!repository) throw new BuildStop('place', `the place ${place.id} was never opened`, 'infrastructure');
  const work = `builds/${ref}/work`;
  for (const made of ['', 'tmp', 'top', 'top/SOURCES', 'top/SPECS']) {
    await mkdir(join(dir, work, made), { recursive: true });
    await giveToBuilder(host, join(dir, work, made));
  }
  for (const made of ['out/packages', 'out/source']) await mkdir(join(folder, made), { recursive: true });
  const job = { host, record, folder, work, repository, deadline: Date.now() + settings.limits.seconds * 1000 };
  await progress(job, { builtFrom: { place: repository.place, number: repository.number } });
  return job;
}

/** Says how far the build is. */
export async function progress(job: Job, news: Partial<StateRecord>): Promise<void> {
  const before = await readState(job.host.dir, job.record.ref);
  const startedAt = before.startedAt ?? moment(Date.now());
  await writeState(job.host.dir, job.record.ref, { ...before, state: 'building', startedAt, ...news });
}

/** Runs one command of a stage in a sandbox, with the stage's log. A limit that it breaks ends the build. */
export async function runBoxed(job: Job, stage: string, step: BoxedStep): Promise<StepResult> {
  const { limits, path } = job.record.settings;
  const box = { ...step, binds: step.binds ?? [], work: job.work, path, limits };
  return runPlain(job, stage, sandboxCommand(job.host, box), step.output ?? 'log');
}

/** The same without a sandbox, for commands that run nothing of the source's. */
export async function runPlain(
  job: Job,
  stage: string,
  argv: readonly string[],
  output: 'log' | 'returned',
  env?: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const { limits, path } = job.record.settings;
  const watch = { limits, deadline: job.deadline, work: join(job.host.dir, job.work) };
  const result = await runStep({ argv, path, log: logOf(job, stage), output, watch, ...(env ? { env } : {}) });
  if (result.breach) throw new BuildStop(stage, result.breach.summary, result.breach.failureClass);
  return result;
}

export function logOf(job: Pick<Job, 'folder'>, stage: string): string {
  return join(job.folder, 'logs', `${stage}.log`);
}

/** Path in the work folder, absolute. */
export function inWork(job: Job, ...parts: string[]): string {
  return join(job.host.dir, job.work, ...parts);
}

/** A failure of the builder itself, said as such. */
export function builderFault(message: string): AppError {
  return new AppError({
    code: 'local-rpm-tool-failed',
    kind: 'unavailable',
    message,
    remedy: 'read the logs in the build folder, and run `millrace doctor`',
  });
}
