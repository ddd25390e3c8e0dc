import type { RebuildRow } from '@millrace/scheduler/domain/state';
import { shortOf } from '../story';
import { broken, settled, type Standing, type Watcher } from './promise';

/** Promise 7: two passes at most, nothing that waits for itself, and a bootstrap's build never leaves its cascade. */
export function untiesKnots(): Watcher {
  return {
    changed(_world, row) {
      if (row.pass > 2) broken(7, `${shortOf(row)} is one pass too many`);
    },
    stands: nobodyWaitsForItself,
    ended({ world, cascades, rebuilds }) {
      const bootstraps = new Set(rebuilds.filter((row) => row.bootstrap).map((row) => row.build));
      for (const known of world.store.tables.validated.rows.values()) {
        if (bootstraps.has(known.build)) broken(7, `the bootstrap's build ${known.nvr} left its cascade`);
      }
      for (const { id } of cascades.filter((one) => one.state === 'stalled')) heldInTheOpen(id, rebuilds);
    },
  };
}

/** Who waits in a ring waits for ever, and no failure says so. */
function nobodyWaitsForItself({ rebuilds }: Standing): void {
  const left = new Map(rebuilds.filter((row) => !settled.includes(row.state)).map((row) => [row.id, row]));
  const isFree = (row: RebuildRow): boolean => row.needs.every((id) => !left.has(id));
  for (let some = [...left.values()].filter(isFree); some.length > 0; some = [...left.values()].filter(isFree)) {
    for (const row of some) left.delete(row.id);
  }
  const [one] = left.values();
  if (one) broken(7, `${shortOf(one)} waits for itself`);
}

/** With `manual` a knot's members wait for a person, and say so. */
function heldInTheOpen(cascade: string, rebuilds: readonly RebuildRow[]): void {
  const silent = rebuilds.find(
    (row) => row.cascade === cascade && row.held && row.state === 'waiting' && row.because === '',
  );
  if (silent) broken(7, `${shortOf(silent)} is held and does not say why`);
}
