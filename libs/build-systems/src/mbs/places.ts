import { AppError, sha256 } from '@millrace/kernel';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRef, Place } from '../build-system';
import { readJson, writeJson } from '../local-rpm/json-file';
import { contentsOf } from './look';
import type { MbsParts } from './settings';

/**
 * The service has no isolation of its own: a ready module of a stream is what the next one is built with. So a place is
 * a list of what was admitted, and its number how many those are.
 */
interface Kept {
  readonly admitted: readonly BuildRef[];
  readonly closed: 'landed' | 'kept' | 'cancelled' | null;
}

const empty: Kept = { admitted: [], closed: null };
const changing = new Map<string, Promise<unknown>>();

export function placeOf(release: string, cascade: string | null): Place {
  return { id: `mbs:${release}:${cascade ?? 'base'}`, release, cascade };
}

export async function current(parts: MbsParts, place: Place) {
  const { admitted } = await read(parts, place);
  return { number: admitted.length, repository: repositoryOf(parts, place) };
}

/** Number: its own place in the list, however often it is admitted. */
export async function admit(parts: MbsParts, ref: BuildRef, place: Place) {
  await contentsOf(parts, ref);
  const kept = await change(parts, place, (one) => {
    if (one.closed) throw closed(place, one.closed);
    return one.admitted.includes(ref) ? one : { ...one, admitted: [...one.admitted, ref] };
  });
  return { number: kept.admitted.indexOf(ref) + 1, repository: repositoryOf(parts, place) };
}

export async function close(
  parts: MbsParts,
  place: Place,
  outcome: 'landed' | 'kept' | 'cancelled',
  only?: readonly BuildRef[],
) {
  const kept = await change(parts, place, (one) => {
    const closes = one.closed === null || (one.closed === 'kept' && outcome === 'landed');
    return closes ? { ...one, closed: outcome } : one;
  });
  const base = placeOf(place.release, null);
  if (kept.closed !== 'landed') return current(parts, place);
  // Said again after a crash, it adds what is missing.
  await change(parts, base, (one) => {
    const fresh = kept.admitted.filter((ref) => !one.admitted.includes(ref) && (only?.includes(ref) ?? true));
    return fresh.length === 0 ? one : { ...one, admitted: [...one.admitted, ...fresh] };
  });
  return current(parts, base);
}

async function read(parts: MbsParts, place: Place): Promise<Kept> {
  return (await readJson<Kept>(fileOf(parts, place))) ?? empty;
}

function change(parts: MbsParts, place: Place, make: (kept: Kept) => Kept): Promise<Kept> {
  const file = fileOf(parts, place);
  const act = async (): Promise<Kept> => {
    const old = await read(parts, place);
    const next = make(old);
    await mkdir(join(parts.options.dir, 'places'), { recursive: true });
    if (next !== old) await writeJson(file, next);
    return next;
  };
  const turn = (changing.get(file) ?? Promise.resolve()).then(act, act);
  changing.set(file, turn);
  const forget = () => changing.get(file) === turn && changing.delete(file);
  turn.then(forget, forget);
  return turn;
}

function repositoryOf({ options }: MbsParts, place: Place): string {
  return options.topUrl ? `${options.topUrl}/repos/` : place.id;
}

function fileOf({ options }: MbsParts, place: Place): string {
  return join(options.dir, 'places', `${sha256(place.id)}.json`);
}

function closed(place: Place, how: string): AppError {
  return new AppError({
    code: 'place-closed',
    kind: 'conflict',
    message: `cascade ${place.cascade} is closed (${how})`,
    remedy: 'start another cascade',
  });
}
