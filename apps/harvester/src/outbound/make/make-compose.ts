import { doors, type Contents } from '@millrace/contracts';
import type { WorkContext, WorkKind } from '@millrace/engine';
import { AppError, toAppError } from '@millrace/kernel';
import type { Asker } from '@millrace/service';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { machine } from 'node:os';
import { join } from 'node:path';
import { makeWork, type HarvesterInput, type Made, type MakeOrder } from '../../domain/input';
import type { Counts } from '../../domain/state';
import { fillTree } from './fill-tree';
import type { Bench } from './repodata';
import { filesOf } from './repository-files';
import { runToolWell } from './run-tool';

export interface MakeSettings {
  /** Folder of all composes. */
  readonly dir: string;
  readonly platform: readonly string[];
  readonly asker: Asker;
}

/**
 * Makes the tree of a compose aside and renames it when it is whole and closed: nobody ever sees a part of one.
 * A run that was killed is made again from nothing; one that finds the tree finished only reports it.
 */
export function composeMaker(settings: MakeSettings): WorkKind<MakeOrder, Made, HarvesterInput> {
  return {
    kind: makeWork,
    concurrency: 1,
    timeoutMs: 60 * 60_000,
    tries: 3,
    run: (order, context) => makeOnce(settings, order, context),
    toInput: ({ release, compose }, outcome) => ({ type: 'made', release, compose, outcome }),
  };
}

async function makeOnce(settings: MakeSettings, order: MakeOrder, { signal }: WorkContext): Promise<Made> {
  const { dir } = settings;
  const path = join(dir, order.compose);
  const finished = await readCounts(path);
  const counts = finished ?? (await makeAside(settings, order, path, signal));
  await pointTo(dir, `latest-${order.name.short}-${order.name.version}`, order.compose);
  return { ...counts, path };
}

async function makeAside(settings: MakeSettings, order: MakeOrder, path: string, signal: AbortSignal): Promise<Counts> {
  const draft = join(settings.dir, `.tmp-${order.compose}`);
  const work = `${draft}.work`;
  await clear(draft, work);
  try {
    await mkdir(join(draft, 'compose'), { recursive: true });
    await mkdir(work);
    const bench: Bench = { work, signal, epoch: Math.floor(Date.parse(order.at) / 1000) };
    const builds = await contentsOf(settings.asker, order);
    const files = await filesOf(order.repository);
    const { platform } = settings;
    const counts = await fillTree({ draft, order, builds, files, platform, hostArch: machine(), bench });
    await writeFile(join(draft, 'COMPOSE_ID'), order.compose);
    await mkdir(join(draft, 'logs'));
    await writeFile(join(draft, countsFile), JSON.stringify(counts));
    await writeFile(join(draft, 'STATUS'), 'FINISHED\n');
    // All of it reaches the disk before its name does: a power cut leaves a whole compose or none.
    await runToolWell(['sync', '-f', draft], work, signal);
    await rename(draft, path);
    return counts;
  } catch (thrown) {
    throw faultOf(thrown, settings.dir);
  } finally {
    await clear(draft, work);
  }
}

const countsFile = 'logs/harvest.json';

/** The counts of a finished compose; null when there is none. */
async function readCounts(path: string): Promise<Counts | null> {
  const status = await readFile(join(path, 'STATUS'), 'utf8').catch(() => '');
  if (status !== 'FINISHED\n') return null;
  return JSON.parse(await readFile(join(path, countsFile), 'utf8')) as Counts;
}

async function contentsOf(asker: Asker, { slots }: MakeOrder): Promise<readonly Contents[]> {
  const digests = slots.flatMap(({ contents }) => (contents === null ? [] : [contents]));
  const found: Contents[] = [];
  for (let n = 0; n < digests.length; n += 8) {
    const some = digests.slice(n, n + 8).map((digest) => asker.ask(doors.scheduler.contents, { digest }));
    found.push(...(await Promise.all(some)));
  }
  return found;
}

/** The link changes from one compose to the next in one step: it always leads somewhere. */
async function pointTo(dir: string, name: string, compose: string): Promise<void> {
  const fresh = join(dir, `.${name}.new`);
  await rm(fresh, { force: true });
  await symlink(compose, fresh);
  await rename(fresh, join(dir, name));
}

async function clear(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

function faultOf(thrown: unknown, dir: string): AppError {
  const { code, message } = thrown as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return toAppError(thrown);
  const remedy = `free space below ${dir}, and make the compose again with \`millrace compose make\``;
  return new AppError({ code: 'disk-full', kind: 'invalid', message: `the disk is full: ${message}`, remedy });
}
