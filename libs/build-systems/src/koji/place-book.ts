import { sha256 } from '@millrace/kernel';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from '../build-system';
import { readJson, writeJson } from '../local-rpm/json-file';
import type { KojiParts } from './settings';

/** A place that was opened. Side tags carry no marker of ours, so which one is whose stands here. */
export interface OpenedPlace {
  readonly place: Place;
  /** The build target of builds in it. */
  readonly target: string;
  readonly closed: 'landed' | 'kept' | 'cancelled' | null;
  /** Side tags for single builds: bootstrap passes, members of a knot. */
  readonly beside: readonly string[];
  /** Images that passed their gate, by build id: they go to their tag when the cascade lands. */
  readonly images: readonly { readonly build: number; readonly tag: string }[];
  /** The side tag is somebody's: it is never removed here. */
  readonly adopted?: boolean;
  /** Side tags that were its place before. */
  readonly former?: readonly string[];
  /** Builds of the base that are in the side tag only so that it does not move: they never land. */
  readonly pinned?: readonly number[];
  /** `%dist` of the side tag. */
  readonly dist?: string;
}

export async function readPlace(parts: KojiParts, release: string, cascade: string): Promise<OpenedPlace | null> {
  return readJson<OpenedPlace>(placeFile(parts, release, cascade));
}

export async function writePlace(parts: KojiParts, opened: OpenedPlace): Promise<void> {
  await mkdir(folder(parts), { recursive: true });
  await writeJson(placeFile(parts, opened.place.release, opened.place.cascade!), opened);
}

const changing = new Map<string, Promise<unknown>>();

/** Changes what is known of an open place; changes of one place come one after another. */
export function changePlace(
  parts: KojiParts,
  place: Place,
  change: (opened: OpenedPlace) => OpenedPlace,
): Promise<void> {
  if (place.cascade === null) return Promise.resolve();
  const file = placeFile(parts, place.release, place.cascade);
  const turn = async (): Promise<void> => {
    const opened = await readJson<OpenedPlace>(file);
    if (opened) await writeJson(file, change(opened));
  };
  const next = (changing.get(file) ?? Promise.resolve()).then(turn, turn);
  changing.set(file, next);
  const forget = () => changing.get(file) === next && changing.delete(file);
  next.then(forget, forget);
  return next;
}

/** Every place that was ever opened here; there are as many as cascades. */
export async function allPlaces(parts: KojiParts): Promise<readonly OpenedPlace[]> {
  const names = (await readdir(folder(parts)).catch(() => [])).filter((name) => name.endsWith('.json'));
  const all = await Promise.all(names.map((name) => readJson<OpenedPlace>(join(folder(parts), name))));
  return all.filter((one): one is OpenedPlace => one !== null);
}

/** Remembers a list under a name the first time, and gives the first one ever after. */
export async function firstList(
  parts: KojiParts,
  name: string,
  make: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const file = join(folder(parts), `${sha256(name)}.before`);
  const before = await readJson<readonly string[]>(file);
  if (before) return before;
  await mkdir(folder(parts), { recursive: true });
  const list = await make();
  await writeJson(file, list);
  return list;
}

/** Which side tag was made for a name. */
export async function claimedTag(parts: KojiParts, name: string): Promise<string | null> {
  return readJson<string>(claimFile(parts, name));
}

export async function claimTag(parts: KojiParts, name: string, tag: string): Promise<void> {
  await mkdir(folder(parts), { recursive: true });
  await writeJson(claimFile(parts, name), tag);
}

export async function claimedTags(parts: KojiParts): Promise<readonly string[]> {
  const names = (await readdir(folder(parts)).catch(() => [])).filter((name) => name.endsWith('.tag'));
  const all = await Promise.all(names.map((name) => readJson<string>(join(folder(parts), name))));
  return all.filter((one): one is string => one !== null);
}

/** It was made for somebody within so many milliseconds, who may not have opened it yet. */
export async function isClaimedSince(parts: KojiParts, tag: string, ms: number): Promise<boolean> {
  const names = (await readdir(folder(parts)).catch(() => [])).filter((name) => name.endsWith('.tag'));
  for (const name of names) {
    const file = join(folder(parts), name);
    if ((await readJson<string>(file)) === tag) return Date.now() - (await stat(file)).mtimeMs < ms;
  }
  return false;
}

function claimFile(parts: KojiParts, name: string): string {
  return join(folder(parts), `${sha256(name)}.tag`);
}

function placeFile(parts: KojiParts, release: string, cascade: string): string {
  return join(folder(parts), `${sha256(`${release} ${cascade}`)}.json`);
}

function folder({ options }: KojiParts): string {
  return join(options.dir, 'places');
}
