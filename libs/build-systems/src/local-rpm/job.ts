import { AppError, moment } from '@millrace/kernel';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readState, writeState, type BuilderSettings, type OrderRecord, type StateRecord } from './build-folder';
import { BuildStop } from './build-stop';
import { prepareHost } from './host';
import { buildDir, isBuild } from './layout';
import { currentRepository, type RepositoryRecord } from './repository';
import { runStep, type StepResult } from './run-step';
import { giveToBuilder, sandboxCommand, type Bind, type Host, type SandboxRoot } from './sandbox';

/** Where sandboxed commands work and leave their logs. */
export interface Workshop {
  readonly host: Host;
  readonly settings: BuilderSettings;
  /** Has `logs`; absolute. */
  readonly folder: string;
  /** The work folder, relative to the builder's folder; removed when the work ends. */
  readonly work: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** One build under way: what its stages share. */
export interface Job extends Workshop {
  readonly record: OrderRecord;
  /** The place's repository when the build started: its build root is made from it and the siblings alone. */
  readonly repository: RepositoryRecord;
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
  await refuseEarly(dir, record, repository);
  const shop = await openWorkshop(host, settings, `builds/${ref}`);
  for (const made of ['out/packages', 'out/source']) await mkdir(join(folder, made), { recursive: true });
  const job = { ...shop, record, repository };
  await progress(job, { builtFrom: { place: repository.place, number: repository.number } });
  return job;
}

/**
 * Built before what it needs is there, it would be built against what was there before, and nobody would see. Needs that
 * are no builds of this builder, such as assembled stacks, are in no repository.
 */
async function refuseEarly(dir: string, { order }: OrderRecord, repository: RepositoryRecord): Promise<void> {
  const { admitted, packages, assembled, number, place } = repository;
  const there = new Set([...admitted, ...packages, ...assembled].map((of) => of.build));
  for (const ref of order.needs) {
    if (there.has(ref) || order.siblings.includes(ref) || !(await isBuild(dir, ref))) continue;
    throw new BuildStop(
      'place',
      `repository ${number} of ${place} has no build ${ref}, which is needed`,
      'infrastructure',
    );
  }
}

/** Makes the work folder in a folder of the builder's, and starts the clock. */
export async function openWorkshop(host: Host, settings: BuilderSettings, folder: string): Promise<Workshop> {
  const work = `${folder}/work`;
  await mkdir(join(host.dir, folder, 'logs'), { recursive: true });
  for (const made of ['', 'tmp', 'top', 'top/SOURCES', 'top/SPECS']) {
    await mkdir(join(host.dir, work, made), { recursive: true });
    await giveToBuilder(host, join(host.dir, work, made));
  }
  return {
    host,
    settings,
    folder: join(host.dir, folder),
    work,
    deadline: Date.now() + settings.limits.seconds * 1000,
  };
}

/** Says how far the build is. */
export async function progress(job: Job, news: Partial<StateRecord>): Promise<void> {
  const before = await readState(job.host.dir, job.record.ref);
  const startedAt = before.startedAt ?? moment(Date.now());
  await writeState(job.host.dir, job.record.ref, { ...before, state: 'building', startedAt, ...news });
}

/** Runs one command of a stage in a sandbox, with the stage's log. A limit that it breaks ends the build. */
export async function runBoxed(shop: Workshop, stage: string, step: BoxedStep): Promise<StepResult> {
  const { limits, path } = shop.settings;
  const box = { ...step, binds: step.binds ?? [], work: shop.work, path, limits };
  return runPlain(shop, stage, sandboxCommand(shop.host, box), step.output ?? 'log');
}

/** The same without a sandbox, for commands that run nothing of the source's. */
export async function runPlain(
  shop: Workshop,
  stage: string,
  argv: readonly string[],
  output: 'log' | 'returned',
  env?: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const { limits, path } = shop.settings;
  const watch = { limits, deadline: shop.deadline, work: join(shop.host.dir, shop.work) };
  const result = await runStep({ argv, path, log: logOf(shop, stage), output, watch, ...(env ? { env } : {}) });
  if (result.breach) throw new BuildStop(stage, result.breach.summary, result.breach.failureClass);
  return result;
}

export function logOf(shop: Workshop, stage: string): string {
  return join(shop.folder, 'logs', `${stage}.log`);
}

/** Path in the work folder, absolute. */
export function inWork(shop: Workshop, ...parts: string[]): string {
  return join(shop.host.dir, shop.work, ...parts);
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
