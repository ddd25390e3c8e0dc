import { events } from '@millrace/contracts';
import type { Taken, World } from '../driver/world';
import { nothingHangsUnseen } from './promises/alerts';
import { startsSlowly } from './promises/canaries';
import { cutsOffEarly } from './promises/cut-off';
import { blamesRightly } from './promises/failures';
import { adoptsWhatIsProven } from './promises/hand-made';
import { untiesKnots } from './promises/knots';
import { inGoodOrder } from './promises/order';
import type { MakesWatcher, PromiseNumber, Standing, Watcher } from './promises/promise';
import { survivesRestore } from './promises/restored';
import { builtOnce, inStep, onFirmGround } from './promises/starts';
import { blocksOnlyAbove, byTheTable, comesToAnEnd } from './promises/states';
import type { Tale } from './tale';

/** Who watches which promise. */
export const watchers: Readonly<Record<PromiseNumber, MakesWatcher>> = {
  1: onFirmGround,
  2: inStep,
  3: blocksOnlyAbove,
  4: byTheTable,
  5: adoptsWhatIsProven,
  6: builtOnce,
  7: untiesKnots,
  8: cutsOffEarly,
  9: blamesRightly,
  10: inGoodOrder,
  11: startsSlowly,
  12: comesToAnEnd,
  13: nothingHangsUnseen,
  14: survivesRestore,
};

/** All fourteen promises of the scheduler, or one of them, watched through one tale. */
export class Promises {
  private readonly all: readonly Watcher[];

  constructor(tale: Tale, only: PromiseNumber | null = null) {
    const makers = only === null ? Object.values(watchers) : [watchers[only]];
    this.all = makers.map((make) => make(tale));
  }

  /** After each decision. */
  taken(world: World, taken: Taken): void {
    for (const effect of taken.effects) if (effect.lane === 'bus') events.get(effect.event)!.data.parse(effect.data);
    for (const one of this.all) one.taken?.(world, taken);
    for (const [id, row] of taken.after.rebuilds) {
      const old = taken.before.rebuilds.get(id);
      if (old !== row) for (const one of this.all) one.changed?.(world, row, old, taken);
    }
  }

  /** Whenever all that followed at once has been decided. */
  afterStep(world: World): void {
    if ((world.nextMs ?? Infinity) <= world.nowMs) return;
    const standing = standingOf(world);
    for (const one of this.all) one.stands?.(standing);
  }

  restored(world: World): void {
    for (const one of this.all) one.restored?.(world);
  }

  /** At the end of a tale. */
  ended(world: World): void {
    const standing = standingOf(world);
    for (const one of this.all) one.ended?.(standing);
  }
}

function standingOf(world: World): Standing {
  const { cascades, rebuilds } = world.store.tables;
  return { world, cascades: [...cascades.rows.values()], rebuilds: [...rebuilds.rows.values()] };
}
