import { moment } from '@millrace/kernel';
import type { CascadeRow, RebuildRow } from '@millrace/scheduler/domain/state';
import type { Taken, World } from '../../driver/world';
import { shortOf } from '../story';
import type { Tale } from '../tale';
import { broken, underWay, type Standing, type Watcher } from './promise';

/** What a cascade gets of a build system beside the others, by its urgency. */
const weights = { security: 8, normal: 2, background: 1 } as const;

/** Promise 10: no builder too many and none idle; who waits behind comes after by priority, path, and fairness. */
export function inGoodOrder(tale: Tale): Watcher {
  return {
    taken(world, taken) {
      if (taken.input.type === 'slots.look') granted(world, taken);
    },
    stands(standing) {
      capacityIsKept(standing, tale.builders);
      noneIsIdle(standing);
    },
  };
}

function granted(world: World, { before, after }: Taken): void {
  const [old] = before.capacity.values();
  const [slots] = after.capacity.values();
  if (!slots) return;
  const { rebuilds, cascades } = world.store.tables;
  const had = new Set(old?.granted.map((one) => `${one.rebuild} ${one.attempt}`));
  const fresh = slots.granted.filter((one) => !had.has(`${one.rebuild} ${one.attempt}`));
  const holds = new Set(slots.granted.map((one) => one.rebuild));
  const left = [...rebuilds.rows.values()].filter((row) => isQueued(row) && !holds.has(row.id));
  const share = (id: string): number => slots.granted.filter((one) => one.cascade === id).length;
  for (const { rebuild, cascade: id } of fresh) {
    const row = rebuilds.rows.get(rebuild)!;
    const cascade = cascades.rows.get(id)!;
    const behind = left.find((one) => one.cascade === id && isBefore(one, row));
    if (behind) broken(10, `${shortOf(row)} goes before ${shortOf(behind)}`);
    const poorer = left
      .map((one) => cascades.rows.get(one.cascade)!)
      .find((one) => one.id !== id && isOpen(one) && weighed(share(one.id), one) < weighed(share(id) - 1, cascade));
    if (poorer) broken(10, `${id} gets more than its share beside ${poorer.id}`);
  }
}

function weighed(share: number, { urgency }: CascadeRow): number {
  return share / weights[urgency];
}

/** It runs, and nothing of its own keeps it from starting more. */
function isOpen({ state, ramp, following = [] }: CascadeRow): boolean {
  return state === 'running' && ramp.allowed === null && following.length === 0;
}

function isQueued(row: RebuildRow): boolean {
  return row.state === 'ready' && row.notBefore === null && !row.held && !row.fresh && row.open.length === 0;
}

function isBefore(one: RebuildRow, other: RebuildRow): boolean {
  return one.priority > other.priority || (one.priority === other.priority && one.path > other.path);
}

function capacityIsKept({ world, rebuilds }: Standing, builders: number): void {
  const busy = rebuilds.filter((row) => underWay.includes(row.state)).length;
  if (busy > builders) broken(10, `${busy} builds on ${builders} builders`);
  const slots = [...world.store.tables.capacity.rows.values()].reduce((sum, row) => sum + row.granted.length, 0);
  if (slots !== busy) broken(10, `${slots} slots are held by ${busy} builds`);
}

function noneIsIdle({ world, cascades, rebuilds }: Standing): void {
  const [slots] = world.store.tables.capacity.rows.values();
  if (slots === undefined || slots.downSince !== null || slots.granted.length >= slots.limit) return;
  for (const cascade of cascades) {
    if (!isOpen(cascade) || cascade.closing || cascade.takingUp) continue;
    if (cascade.planning.asked > cascade.planning.made) continue;
    const now = moment(world.nowMs);
    const queued = rebuilds.find(
      (row) => row.cascade === cascade.id && row.state === 'ready' && !row.held && (row.notBefore ?? '') < now,
    );
    if (queued) broken(10, `${shortOf(queued)} waits, and a builder is idle`);
  }
}
