import { AppError } from '@millrace/kernel';
import { join } from 'node:path';
import type { BuildRef, Place } from '../build-system';
import { readContents, readOrder, readState } from './build-folder';
import { createJson, readJson, writeJson } from './json-file';
import { land } from './landing';
import { fileAddress, placeId, seriesDir } from './layout';
import {
  currentRepository,
  emptyRepository,
  publish,
  withBuild,
  type Admission,
  type RepositoryRecord,
} from './repository';
import type { Host } from './sandbox';
import type { Contents } from '@millrace/contracts';

export interface NumberedRepository {
  readonly number: number;
  /** A `file://` address. */
  readonly repository: string;
}

export interface Shelves {
  readonly host: Host;
  readonly path: string;
}

export type Outcome = 'landed' | 'kept' | 'cancelled';

/** `closed.json` of a side: made once. */
interface Closing extends NumberedRepository {
  readonly outcome: Outcome;
}

/** The base begins with the platform alone; a side begins as the base is now. Both only once. */
export async function openPlace(shelves: Shelves, release: string, cascade: string | null): Promise<Place> {
  const base = { ...shelves, release, cascade: null };
  const start = await publish(base, (current) => (current ? null : emptyRepository(base)));
  if (cascade !== null) {
    const place = placeId(release, cascade);
    const side: RepositoryRecord = { ...start, number: 0, place, admitted: [], landed: [] };
    await publish({ ...shelves, release, cascade }, (current) => (current ? null : side));
  }
  return { id: placeId(release, cascade), release, cascade };
}

/** The place's next repository has the build; a build that was admitted before keeps its number. */
export async function admitBuild(shelves: Shelves, ref: BuildRef, place: Place): Promise<NumberedRepository> {
  const { contents, bootstrap } = await completeBuild(shelves.host.dir, ref);
  const series = { ...shelves, release: place.release, cascade: place.cascade };
  const admittedIn = (record: RepositoryRecord | null) => record?.admitted.find((a) => a.build === ref);
  const before = admittedIn(await currentRepository(shelves.host.dir, place.release, place.cascade));
  if (!before) await refuseClosed(shelves.host.dir, place);
  const record = await publish(series, (current) =>
    current && !admittedIn(current) ? withBuild(current, contents, bootstrap) : null,
  );
  return addressed(shelves.host.dir, place, (admittedIn(record) as Admission).number);
}

/** See `BuildSystem.close`. The first outcome counts, but what was kept may still land. */
export async function closePlace(
  shelves: Shelves,
  place: Place,
  outcome: Outcome,
  only?: readonly BuildRef[],
): Promise<NumberedRepository> {
  const { dir } = shelves.host;
  if (place.cascade === null) return currentOf(dir, place.release, null);
  const file = join(seriesDir(dir, place.release, place.cascade), 'closed.json');
  const closed = await readJson<Closing>(file);
  const landsLate = closed?.outcome === 'kept' && outcome === 'landed';
  if (closed && !landsLate) return numbered(closed);
  const end =
    outcome === 'landed'
      ? baseOf(dir, place.release, await land(shelves, place, only))
      : await currentOf(dir, place.release, place.cascade);
  const closing = { ...end, outcome } satisfies Closing;
  if (landsLate) await writeJson(file, closing);
  else await createJson(file, closing);
  return numbered((await readJson<Closing>(file))!);
}

export async function currentOf(dir: string, release: string, cascade: string | null): Promise<NumberedRepository> {
  const record = await currentRepository(dir, release, cascade);
  if (!record) throw placeUnknown(release, cascade);
  return addressed(dir, { id: record.place, release, cascade }, record.number);
}

function baseOf(dir: string, release: string, { number }: RepositoryRecord): NumberedRepository {
  return addressed(dir, { id: release, release, cascade: null }, number);
}

export async function completeBuild(dir: string, ref: BuildRef): Promise<{ contents: Contents; bootstrap: boolean }> {
  const { order } = await readOrder(dir, ref);
  const { state } = await readState(dir, ref);
  const contents = state === 'complete' ? await readContents(dir, ref) : null;
  if (contents) return { contents, bootstrap: order.bootstrap };
  throw new AppError({
    code: 'build-not-complete',
    kind: 'conflict',
    message: `build ${ref} of ${order.component} is ${state}`,
    remedy: 'wait until it is complete, or build it again',
  });
}

async function refuseClosed(dir: string, place: Place): Promise<void> {
  const file = join(seriesDir(dir, place.release, place.cascade), 'closed.json');
  const closed = await readJson<Closing>(file);
  if (!closed) return;
  throw new AppError({
    code: 'place-closed',
    kind: 'conflict',
    message: `the place ${place.id} was closed as ${closed.outcome}`,
    remedy: 'a new cascade opens a place of its own',
  });
}

function addressed(dir: string, place: Place, number: number): NumberedRepository {
  const folder = join(seriesDir(dir, place.release, place.cascade), String(number));
  return { number, repository: fileAddress(folder) };
}

function numbered({ number, repository }: NumberedRepository): NumberedRepository {
  return { number, repository };
}

export function placeUnknown(release: string, cascade: string | null): AppError {
  return new AppError({
    code: 'place-unknown',
    kind: 'missing',
    message: `there is no place ${placeId(release, cascade)}`,
    remedy: 'open it first: a cascade of this release does so when it starts',
  });
}
