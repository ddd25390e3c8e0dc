import type { EventData, rebuildFailed } from '@millrace/contracts';
import type { RebuildRow } from '@millrace/scheduler/domain/state';
import type { Taken, World } from '../../driver/world';
import { shortOf } from '../story';
import type { Tale } from '../tale';
import { broken, underWay, type Watcher } from './promise';
import { leastEnds, stopLoss } from '../small-world';

interface Count {
  allowed: number;
  ends: number;
  losses: number;
  /** A person has let it go on. */
  accepted: boolean;
}

const fullSpeed = 256;

/** Promise 11: few at first and more with each doubling of the ends; it holds itself when it loses too much. */
export function startsSlowly(tale: Tale): Watcher {
  const counts = new Map<string, Count>();
  const countOf = (cascade: string): Count => {
    const known = counts.get(cascade);
    if (known) return known;
    const fresh = { allowed: tale.canaries === 0 ? Infinity : tale.canaries, ends: 0, losses: 0, accepted: false };
    counts.set(cascade, fresh);
    return fresh;
  };
  return {
    taken(_world, { input, who, refusal }) {
      const resumes = input.type === 'cascade.resume' || input.type === 'hold.end';
      if (resumes && who === 'ada' && !refusal) for (const count of counts.values()) count.accepted = true;
    },
    changed(world, row, old, taken) {
      const count = countOf(row.cascade);
      if (row.state === 'submitting' && old?.state !== 'submitting') fewAtFirst(world, row, count.allowed);
      if (!isEnd(row, old)) return;
      count.ends++;
      if (isLoss(row, taken)) count.losses++;
      if (count.ends >= count.allowed) count.allowed = count.allowed * 2 > fullSpeed ? Infinity : count.allowed * 2;
      const was = taken.before.cascades.get(row.cascade)?.state;
      const is = taken.after.cascades.get(row.cascade)?.state;
      const tooMany = count.ends >= leastEnds && count.losses > stopLoss * count.ends;
      if (tooMany && !count.accepted && was === 'running' && is !== 'held') {
        broken(11, `${row.cascade} goes on after ${count.losses} losses of ${count.ends}`);
      }
    },
    restored(world) {
      counts.clear();
      for (const { id, ramp } of world.store.tables.cascades.rows.values()) {
        counts.set(id, { ...ramp, allowed: ramp.allowed ?? Infinity });
      }
    },
  };
}

function isEnd(row: RebuildRow, old: RebuildRow | undefined): boolean {
  return ['validated', 'failed', 'rejected'].includes(row.state) && old?.state !== row.state;
}

/** It had been well before, as the news of it say; one that was taken away was not lost by the change. */
function isLoss(row: RebuildRow, { effects }: Taken): boolean {
  if (row.state === 'validated' || row.evidence?.stage === 'withdrawn') return false;
  return effects.some(
    (one) =>
      one.lane === 'bus' &&
      /rebuild\.(failed|rejected)\./.test(one.event) &&
      (one.data as EventData<typeof rebuildFailed>).component === row.component &&
      (one.data as EventData<typeof rebuildFailed>).regression === 'yes',
  );
}

/** Builds of its own between start and verdict, with the one that starts now. */
function fewAtFirst(world: World, row: RebuildRow, allowed: number): void {
  const mine = [...world.store.tables.rebuilds.rows.values()].filter((one) => one.cascade === row.cascade);
  const gating = (one: RebuildRow): boolean =>
    one.state === 'gating' && one.origin === 'cascade' && one.failedOnce !== true;
  const busy = mine.filter((one) => underWay.includes(one.state) || gating(one)).length;
  if (busy > allowed) broken(11, `${shortOf(row)} is one of ${busy} at one time, and ${allowed} may run`);
}
