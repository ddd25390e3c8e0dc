import { moment } from '@millrace/kernel';
import type { RebuildRow } from '@millrace/scheduler/domain/state';
import type { Taken, World } from '../../driver/world';
import { shortOf } from '../story';
import type { Tale } from '../tale';
import { broken, type Watcher } from './promise';
import { inputsOf } from './starts';

/** Attempts in a row that break for reasons of ours before anybody is told. */
const attempts = 3;

/** Promise 9: what is ours is tried again with pauses, blaming nobody; what is not is not repeated for the same inputs. */
export function blamesRightly(tale: Tale): Watcher {
  const breakdowns = new Map<string, number>();
  const notBefore = new Map<string, string>();
  const failed = new Map<string, string>();
  const insisted = new Set<string | null>();
  const forgets = tale.deeds.some(({ deed }) => deed.what === 'restore');
  return {
    taken(world, taken) {
      const { input } = taken;
      if (input.type === 'cascade.retry') insisted.add(input.component);
      if (input.type === 'build.ended') countBreakdown(world, breakdowns, taken);
    },
    changed(world, row, old, { input }) {
      const isTakenOn = row.state === 'waiting' && (old?.state === 'failed' || old?.state === 'rejected');
      if (isTakenOn || row.state === 'gating') breakdowns.delete(row.id);
      if (row.state === 'failed' && old?.state !== 'failed') {
        if (row.evidence === null) broken(9, `${shortOf(row)} failed without a class`);
        if (row.evidence.class === 'infrastructure') blamed(world, row, breakdowns.get(row.id) ?? 0);
        else failed.set(memoryOf(world, row), row.id);
      }
      if (row.state === 'ready' && old?.state === 'building' && input.type === 'build.ended') {
        if (row.notBefore === null || row.notBefore <= moment(world.nowMs))
          broken(9, `${shortOf(row)} is tried again without a pause`);
        notBefore.set(row.id, row.notBefore);
      }
      if (row.state !== 'submitting' || old?.state === 'submitting') return;
      if ((notBefore.get(row.id) ?? '') > moment(world.nowMs)) broken(9, `${shortOf(row)} started in its pause`);
      const known = row.source === null ? undefined : failed.get(memoryOf(world, row));
      const wanted = insisted.has(row.component) || insisted.has(null);
      if (known !== undefined && !wanted && !forgets) broken(9, `${row.id} is built with what ${known} failed with`);
    },
    restored(world) {
      breakdowns.clear();
      notBefore.clear();
      for (const row of world.store.tables.rebuilds.rows.values()) breakdowns.set(row.id, row.breakdowns);
    },
  };
}

/** What a failure is remembered by: the source and the inputs, in whatever cascade. */
function memoryOf(world: World, row: RebuildRow): string {
  const { rebuilds, releases } = world.store.tables;
  const of = `${row.component} ${row.pass} ${row.bootstrap} ${JSON.stringify(row.source)}`;
  const base = releases.rows.get(row.release)?.repository?.number ?? 0;
  return `${of} ${row.needs.length > 0 ? inputsOf(rebuilds.rows, row) : base}`;
}

function countBreakdown(world: World, counts: Map<string, number>, { input, before }: Taken): void {
  if (input.type !== 'build.ended') return;
  const row = before.rebuilds.get(input.rebuild);
  if (row?.state !== 'building' || row.attempt !== input.attempt) return;
  const down = [...before.capacity.values()].some((one) => one.downSince !== null);
  if (world.farm.ended(input.ended.status.ref).evidence?.class !== 'infrastructure' || down) return;
  counts.set(row.id, (counts.get(row.id) ?? 0) + 1);
}

function blamed(world: World, row: RebuildRow, breakdowns: number): void {
  if (breakdowns < attempts)
    broken(9, `${shortOf(row)} is blamed after ${breakdowns} breakdowns that were not its own`);
  const [system] = world.store.tables.capacity.rows.values();
  if (system?.downSince) broken(9, `${shortOf(row)} is blamed while its build system is down`);
}
