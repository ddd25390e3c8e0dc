import { doors } from '@millrace/contracts';
import { AppError, digestOf, parseComponentId, type ComponentId } from '@millrace/kernel';
import type { Asker } from '@millrace/service';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceHead } from '../domain/assemble';
import type { ResolverInput } from '../domain/input';
import type { ReleaseRow } from '../domain/state';
import type { FreshView, View, Views } from '../domain/views';
import { askValidated, headsOf } from './gather';

export interface Refreshing {
  readonly views: Views;
  readonly asker: Asker;
  take(input: ResolverInput, meta: { readonly id: string; readonly who: string }): Promise<unknown>;
  /** Milliseconds that a question waits for an import. */
  readonly patienceMs: number;
}

const types = ['rpm', 'module', 'container', 'image'] as const;

/**
 * Planning must see what is there now. The graph is imported first, and the answer waits for it, when the head of a
 * member's source is not the one that the newest snapshot was read from, or when builds have landed since: the event
 * that tells of them may still be on its way.
 */
export function freshViews(refreshing: Refreshing): FreshView {
  return async (release, members) => {
    const row = await knownRelease(refreshing, release);
    await waitFor(refreshing, release, row.importing === null ? 0 : row.imports + (row.again === null ? 0 : 1));
    // In this order: a view that is newer than the row costs an import too many, an older one would be wrong.
    const settled = await refreshing.views.release(release);
    const view = await refreshing.views.newest(release);
    const basis = digestOf(await askValidated(refreshing.asker, release));
    const moved = await movedHeads(settled, view, members);
    if (moved.length === 0 && basis === settled.basis) return view;
    await importNow(refreshing, settled, moved, basis);
    return refreshing.views.newest(release);
  };
}

/** A release that was just applied may be asked about before its event has come: then the scheduler tells it. */
async function knownRelease({ views, asker, take }: Refreshing, name: string): Promise<ReleaseRow> {
  if (!(await views.knows(name))) {
    const { releases } = await asker.ask(doors.scheduler.releases, { name });
    for (const { revision, definition } of releases) {
      const id = `told/${name}/${revision}`;
      await take({ type: 'release-known', name, revision, definition }, { id, who: 'scheduler' });
    }
  }
  return views.release(name);
}

/** Heads of the members' sources that the view does not show, a source that is new included. */
async function movedHeads(
  row: ReleaseRow,
  view: View,
  members: readonly ComponentId[] | 'all',
): Promise<readonly SourceHead[]> {
  const shown = new Map(
    view.world.components.flatMap((one) => (one.source ? [[one.source.url, one.source.commit]] : [])),
  );
  const wanted = members === 'all' ? null : new Set(members.map((id) => parseComponentId(id).name));
  const heads = await Promise.all(types.map((type) => headsOf(row.definition, type, wanted ?? namesIn(view, type))));
  return heads
    .flat()
    .filter((head) => (wanted === null || wanted.has(head.name)) && shown.get(head.url) !== head.commit);
}

function namesIn(view: View, type: string): readonly string[] {
  const ids = view.world.components.map((one) => parseComponentId(one.component));
  return ids.filter((id) => id.type === type).map((id) => id.name);
}

async function importNow(
  refreshing: Refreshing,
  row: ReleaseRow,
  moved: readonly SourceHead[],
  basis: string,
): Promise<void> {
  const names = moved.map((head) => head.name);
  const sources = `the sources of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''} changed`;
  const because = names.length === 0 ? 'builds have landed' : sources;
  const id = `refresh/${row.id}/${row.imports}/${digestOf([basis, moved])}`;
  const reply = await refreshing.take({ type: 'import-wanted', release: row.id, because }, { id, who: 'resolver' });
  await waitFor(refreshing, row.id, (reply as { readonly number: number }).number);
}

async function waitFor({ views, patienceMs }: Refreshing, release: string, number: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const row = await views.release(release);
    if (row.ended >= number && (row.problem === null || number === 0)) return;
    if (row.ended >= number) throw importFailed(row);
    if (Date.now() >= deadline) throw stillImporting(row);
    await sleep(25);
  }
}

function importFailed(row: ReleaseRow): AppError {
  return new AppError({
    code: 'graph-import-failed',
    kind: 'unavailable',
    message: `the graph of ${row.id} could not be imported: ${row.problem}`,
    remedy: 'mend what it names, then `millrace graph import`',
  });
}

function stillImporting(row: ReleaseRow): AppError {
  return new AppError({
    code: 'graph-importing',
    kind: 'unavailable',
    message: `the graph of ${row.id} is still being imported: ${row.importing ?? row.again ?? 'it is about to start'}`,
    remedy: 'ask again in a moment',
  });
}
