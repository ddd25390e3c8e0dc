import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRef } from '../build-system';
import { createJson, readJson } from './json-file';
import { releaseDir } from './layout';

/** `releases/<release>/events/<number>`: this build appeared or ended. Numbers have no gaps and never change. */
interface FeedEvent {
  readonly ref: BuildRef;
}

/** Appends one event. Numbers are taken by exclusive creation, so that no reader of numbers misses a slow writer. */
export async function announce(dir: string, release: string, ref: BuildRef): Promise<void> {
  const folder = eventsDir(dir, release);
  await mkdir(folder, { recursive: true });
  const event: FeedEvent = { ref };
  for (let number = (await lastNumber(folder)) + 1; ; number++) {
    if (await createJson(join(folder, String(number)), event)) return;
  }
}

/** Refs after the number, oldest first, and the last number read. */
export async function eventsAfter(
  dir: string,
  release: string,
  after: number,
): Promise<{ readonly refs: readonly BuildRef[]; readonly last: number }> {
  const refs: BuildRef[] = [];
  let last = after;
  for (;;) {
    const event = await readJson<FeedEvent>(join(eventsDir(dir, release), String(last + 1)));
    if (!event) return { refs, last };
    refs.push(event.ref);
    last += 1;
  }
}

function eventsDir(dir: string, release: string): string {
  return join(releaseDir(dir, release), 'events');
}

async function lastNumber(folder: string): Promise<number> {
  const names = await readdir(folder);
  return names.reduce((most, name) => (/^\d+$/.test(name) ? Math.max(most, Number(name)) : most), 0);
}
