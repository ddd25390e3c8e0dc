import { rebuildId, type RebuildKey } from '@millrace/contracts';
import type { RebuildRow } from '@millrace/scheduler/domain/state';
import { farm, release } from './outside';
import type { World } from './world';

/** A maintainer has heard of a failure, and makes a build by hand that works. */
export function fixesOf(world: World, key: RebuildKey): void {
  const row = world.store.tables.rebuilds.rows.get(rebuildId(key));
  const fix = row && world.outside.fix(row.component, row.attempt);
  if (!row || !fix) return;
  const ref = world.farm.submit(
    {
      ...{ key: `${row.id}/hand.${row.attempt}`, component: row.component, cascade: row.cascade, origin: 'hand' },
      ...{ bootstrap: false, end: 'complete', ms: fix.afterMs, inputs: inputsOf(world, row, fix.againstCascade) },
    },
    world.nowMs,
  );
  // Whoever looks at the list of builds finds it although nobody tells.
  const { weather } = world.outside;
  if (world.watching.watches && weather && world.random() < weather.lost) return;
  const builds = [world.farm.status(ref)];
  world.send(fix.afterMs, farm, { type: 'builds.seen', release, system: farm, builds, cursor: null, problem: null });
}

function inputsOf(world: World, row: RebuildRow, againstCascade: boolean) {
  return row.needs.map((id) => {
    const need = world.store.tables.rebuilds.rows.get(id)!;
    const nvr = againstCascade && need.nvr !== null ? need.nvr : `${need.component.split('/')[1]}-0-old`;
    const build = againstCascade ? need.build : null;
    return { nevra: `${nvr}.x86_64`, component: need.component, nvr, build };
  });
}
