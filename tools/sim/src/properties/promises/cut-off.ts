import type { RebuildRow } from '@millrace/scheduler/domain/state';
import type { World } from '../../driver/world';
import { isReleased } from '../needs-of';
import { nameOf } from '../small-world';
import { shortOf } from '../story';
import type { Tale } from '../tale';
import { broken, type Watcher } from './promise';

/** Promise 8: nobody who lost something is left out, and nobody who lost nothing is built, where the policy says so. */
export function cutsOffEarly(tale: Tale): Watcher {
  /** Somebody named them: they are built whatever their needs offer. */
  const named = new Set(tale.roots.map(nameOf));
  return {
    taken(_world, { input, refusal }) {
      if (refusal) return;
      if (input.type === 'change.reported') for (const one of input.change.components) named.add(one.component);
      if (input.type === 'cascade.add' && input.component !== null) named.add(input.component);
    },
    // A change that came after the backup was lost with the database.
    restored() {
      named.clear();
      for (const n of tale.roots) named.add(nameOf(n));
    },
    changed(world, row, old) {
      if (row.state === 'unneeded' && old?.state !== 'unneeded') leftOut(world, tale, named, row);
      if (row.state === 'submitting' && old?.state !== 'submitting') keptIn(world, tale, named, row);
    },
  };
}

function leftOut(world: World, tale: Tale, named: ReadonlySet<string>, row: RebuildRow): void {
  const { rebuilds, cascades } = world.store.tables;
  const say = (why: string): never => broken(8, `${shortOf(row)} is left out, ${why}`);
  if (!tale.cutOff) say('and the policy says to cut off nothing');
  if (cascades.rows.get(row.cascade)!.urgency === 'security') say('in the face of a security change');
  // A second pass comes of a knot that turned up later: the first one was whole.
  if (named.has(row.component) && row.pass === 1) say('and somebody named it');
  if (row.needs.length === 0) say('and nothing was compared');
  if (!row.needs.every((id) => isReleased(rebuilds.rows, id))) say('before what it needs was there');
  const guilty = row.needs.find((id) => {
    const need = rebuilds.rows.get(id)!;
    if (isBuiltSince(rebuilds.rows, row, need)) return false;
    return need.state === 'validated' && world.outside.broken(need.component).includes(row.component);
  });
  if (guilty) say(`and lost something to ${guilty}`);
}

function keptIn(world: World, tale: Tale, named: ReadonlySet<string>, row: RebuildRow): void {
  const urgent = world.store.tables.cascades.rows.get(row.cascade)!.urgency === 'security';
  const first = row.attempt === 1 && row.generation === 1 && row.needs.length > 0;
  if (!tale.cutOff || urgent || !first || named.has(row.component)) return;
  if (world.outside.isOptional?.(row.component) !== true) return;
  const { rows } = world.store.tables.rebuilds;
  // A bootstrap's build is compared with nothing.
  if (row.needs.some((id) => rows.get(id)!.bootstrap)) return;
  const mine = [...rows.values()].filter((one) => one.cascade === row.cascade);
  const lost = mine.some((one) => one.compared && world.outside.broken(one.component).includes(row.component));
  if (!lost) broken(8, `${shortOf(row)} is built, and lost nothing that it uses`);
}

/** Its first pass, a whole build, was built with this one already. */
function isBuiltSince(rows: ReadonlyMap<string, RebuildRow>, row: RebuildRow, need: RebuildRow): boolean {
  const mine = [...rows.values()].filter((one) => one.cascade === row.cascade && one.component === row.component);
  return mine.some((one) => one.pass < row.pass && !one.bootstrap && (one.startedAt ?? '') >= (need.endedAt ?? ''));
}
