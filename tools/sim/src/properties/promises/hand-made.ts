import type { RebuildRow } from '@millrace/scheduler/domain/state';
import type { Taken, World } from '../../driver/world';
import { isReleased } from '../needs-of';
import { shortOf } from '../story';
import { broken, type Watcher } from './promise';

const open: readonly string[] = ['waiting', 'ready', 'submitting', 'building', 'failed', 'rejected'];

/** Promise 5: the build root held this cascade's builds of all that it needs; whoever is not adopted is told why. */
export function adoptsWhatIsProven(): Watcher {
  return {
    taken(world, taken) {
      if (taken.input.type === 'build.adopt') return;
      for (const [id, build] of taken.after.builds) {
        const old = taken.before.builds.get(id);
        if (build.origin !== 'hand' || old?.standing === build.standing) continue;
        if (build.standing === 'adopted') onlyProven(world, id, build.rebuild!);
        else if (build.because === '') broken(5, `${id} is only seen, and nobody is told why`);
        else if (taken.input.type === 'hand.ended') notProven(world, id, build.component, taken);
      }
    },
  };
}

function onlyProven(world: World, build: string, rebuild: string): void {
  const { rows } = world.store.tables.rebuilds;
  const { contents } = world.farm.ended(build);
  for (const id of rows.get(rebuild)!.needs) {
    const need = rows.get(id)!;
    if (need.state !== 'validated') continue;
    const used = contents!.inputs.find((input) => input.component === need.component);
    if (used && used.build !== need.build) broken(5, `${build} was built with ${used.nvr}, and there is ${need.nvr}`);
  }
}

/** A complete build against this cascade's validated builds is not turned away. */
function notProven(world: World, build: string, component: string, { before }: Taken): void {
  const { contents, status } = world.farm.ended(build);
  const rows = world.store.tables.rebuilds.rows;
  const mine = [...rows.values()].filter((row) => row.component === component && row.cascade === status.cascade);
  const [row] = mine.sort((a, b) => b.generation - a.generation || b.pass - a.pass);
  const cascade = status.cascade === null ? undefined : before.cascades.get(status.cascade);
  if (!row || !contents || !cascade || cascade.state === 'completed' || cascade.state === 'cancelled') return;
  if (!open.includes(before.rebuilds.get(row.id)?.state ?? 'unknown')) return;
  const fits = (need: RebuildRow): boolean =>
    need.state === 'validated' &&
    contents.inputs.some((input) => input.component === need.component && input.build === need.build);
  const proven = row.needs.every((id) => isReleased(rows, id) && fits(rows.get(id)!));
  if (proven && row.open.length === 0) broken(5, `${build} is proven for ${shortOf(row)}, and is not taken`);
}
