import { AppError, assertNever, sha256 } from '@millrace/kernel';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench, CheckName, Outcome } from './check';
import { checkImage } from './checks/image';
import { checkModule } from './checks/module';
import { checkPackages } from './checks/packages';
import { ciMessage, type CiMessage, type Progress } from './ci-message';
import type { FinishedBuild } from './finished-build';
import { Records } from './records';
import { dropRoot, makeRoot } from './sandbox';

export interface Report {
  /** Equal reports have equal ids, so that no repetition becomes a second result. */
  readonly id: string;
  readonly build: FinishedBuild;
  readonly at: string;
  readonly message: CiMessage;
}

export interface Laboratory {
  readonly name: string;
  readonly work: string;
  readonly path: string;
  readonly say: (report: Report) => Promise<void>;
  /** Waits for a free place, runs, and frees it. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly now: () => Date;
}

/** Which checks a build gets; none for kinds that are gated in another way. */
function checksFor(build: FinishedBuild): readonly CheckName[] {
  const { type } = build.component;
  switch (type) {
    case 'rpm':
      return ['install', 'run'];
    case 'module':
      return ['module-install'];
    case 'container':
    case 'image':
      return ['image-start'];
    case 'stack':
    case 'deb':
    case 'external':
      return [];
    default:
      return assertNever(type);
  }
}

/**
 * Tests a build and reports on each check: queued, running, complete. Whoever was tested before is not tested again:
 * the same results are said once more. A fault of this CI itself is thrown, and nothing is kept.
 */
export async function testBuild(lab: Laboratory, build: FinishedBuild): Promise<readonly Outcome[]> {
  const records = new Records(join(lab.work, 'results'));
  const known = await records.find(build.build);
  if (known) {
    await sayOutcomes(lab, build, known.outcomes, known.at);
    return known.outcomes;
  }
  await sayAll(lab, build, { status: 'queued' });
  const outcomes = await lab.inTurn(async () => {
    await sayAll(lab, build, { status: 'running' });
    return check(lab, build);
  });
  const at = lab.now().toISOString();
  await records.keep({ build: build.build, outcomes, at });
  await sayOutcomes(lab, build, outcomes, at);
  return outcomes;
}

/** Reports that this CI is not able to test the build. */
export async function giveUp(lab: Laboratory, build: FinishedBuild, reason: string): Promise<void> {
  await sayAll(lab, build, { status: 'error', reason: reason.slice(0, 256) });
}

async function check(lab: Laboratory, build: FinishedBuild): Promise<readonly Outcome[]> {
  const root = await makeRoot(join(lab.work, 'roots'), join(lab.work, 'skeleton'));
  await mkdir(logFolder(lab, build), { recursive: true });
  const bench: Bench = {
    build: { ...build, candidate: await folder(build.candidate), base: await folder(build.base) },
    root,
    path: lab.path,
    logOf: (name) => join(logFolder(lab, build), `${name}.log`),
  };
  try {
    if (build.component.type === 'rpm') return await checkPackages(bench);
    return build.component.type === 'module' ? await checkModule(bench) : await checkImage(bench);
  } finally {
    await dropRoot(root);
  }
}

async function folder(path: string): Promise<string> {
  return realpath(path).catch((cause: unknown) => {
    throw new AppError({
      code: 'repository-missing',
      kind: 'missing',
      message: `the repository ${path} cannot be read`,
      remedy: "look whether the builder's folder is still there",
      cause,
    });
  });
}

function logFolder(lab: Laboratory, build: FinishedBuild): string {
  return join(lab.work, 'logs', runId(build));
}

function runId(build: FinishedBuild): string {
  return sha256(build.build).slice(0, 32);
}

async function sayAll(lab: Laboratory, build: FinishedBuild, progress: Progress): Promise<void> {
  const at = lab.now().toISOString();
  for (const name of checksFor(build)) await lab.say(report(lab, build, name, progress, at));
}

async function sayOutcomes(
  lab: Laboratory,
  build: FinishedBuild,
  outcomes: readonly Outcome[],
  at: string,
): Promise<void> {
  for (const outcome of outcomes) await lab.say(report(lab, build, outcome.check, { status: 'complete', outcome }, at));
}

function report(lab: Laboratory, build: FinishedBuild, name: CheckName, progress: Progress, at: string): Report {
  const id = `${runId(build)}-${name}`;
  const log = pathToFileURL(join(logFolder(lab, build), `${name}.log`)).href;
  const run = { build, check: name, id, log, ci: lab.name, at };
  return { id: `${id}-${progress.status}`, build, at, message: ciMessage(run, progress) };
}
