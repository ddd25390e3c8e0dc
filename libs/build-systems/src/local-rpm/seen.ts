import { AppError } from '@millrace/kernel';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRef, BuildStatus } from '../build-system';
import { isFinal, readOrder } from './build-folder';
import { eventsAfter } from './feed';
import { lookAtBuild } from './look';

/** What a process knows of a release's builds, so that it looks only at those that still run. */
export interface Watchlist {
  readonly last: number;
  readonly open: ReadonlySet<BuildRef>;
}

/**
 * Builds that appeared or ended after the cursor, oldest news first, each once and as it is now. Whoever asks also finds
 * out about runners that died: every open build is looked at, and a death becomes news.
 */
export async function seenAfter(
  dir: string,
  release: string,
  cursor: string | null,
  known: Watchlist | null,
): Promise<{ readonly builds: readonly BuildStatus[]; readonly cursor: string; readonly known: Watchlist }> {
  const after = cursor === null ? 0 : numberOf(cursor);
  const fresh = await eventsAfter(dir, release, known?.last ?? 0);
  const watched = new Set([...(known ? known.open : await unannounced(dir, release)), ...fresh.refs]);
  const open = new Set<BuildRef>();
  for (const ref of watched) if (!isFinal(await lookAtBuild(dir, ref))) open.add(ref);
  const news = await eventsAfter(dir, release, after);
  const builds = await Promise.all([...new Set(news.refs)].map((ref) => lookAtBuild(dir, ref)));
  return { builds, cursor: String(news.last), known: { last: fresh.last, open } };
}

/** Builds that died before they could be announced: looked for once, when a process begins to ask. */
async function unannounced(dir: string, release: string): Promise<readonly BuildRef[]> {
  const names = await readdir(join(dir, 'builds')).catch(() => []);
  const refs = names.filter((name) => !name.startsWith('.'));
  const mine = await Promise.all(refs.map(async (ref) => (await readOrder(dir, ref)).order.release === release));
  return refs.filter((_, n) => mine[n]);
}

function numberOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new AppError({
    code: 'cursor-malformed',
    kind: 'invalid',
    message: `'${cursor.slice(0, 40)}' is no cursor of this builder`,
    remedy: 'start again from the beginning, with no cursor',
  });
}
