import type { Kept } from '@millrace/store';
import type { CapacityRow, Slot } from '../domain/state';

/** Slots in a row that have all but the build in common: `[what is common, <rebuild without its cascade> <attempt>, …]`. */
type Run = readonly [Omit<Slot, 'rebuild' | 'attempt'>, ...(readonly string[])];

/**
 * A build system has up to thousands of slots, and its row is written with every build that begins or ends: what its
 * slots have in common is written once.
 */
export const compactSlots: Kept<CapacityRow> = {
  write: (row) => ({ ...row, granted: runsOf(row.granted) }),
  read: (doc) => {
    const row = doc as Omit<CapacityRow, 'granted'> & { readonly granted: readonly (Run | Slot)[] };
    return { ...row, granted: row.granted.flatMap((one) => (isRun(one) ? slotsOf(one) : [one])) };
  },
};

function runsOf(slots: readonly Slot[]): readonly (Run | Slot)[] {
  const runs: ([Run[0], ...string[]] | Slot)[] = [];
  let common = '';
  let run: [Run[0], ...string[]] | null = null;
  for (const slot of slots) {
    const { rebuild, attempt, ...others } = slot;
    const { cascade } = others;
    if (!rebuild.startsWith(`${cascade}/`)) {
      runs.push(slot);
      run = null;
      continue;
    }
    const own = JSON.stringify(others);
    if (run === null || own !== common) runs.push((run = [others]));
    common = own;
    run.push(`${rebuild.slice(cascade.length + 1)} ${attempt}`);
  }
  return runs;
}

function slotsOf([common, ...builds]: Run): Slot[] {
  return builds.map((build) => {
    const at = build.lastIndexOf(' ');
    return { rebuild: `${common.cascade}/${build.slice(0, at)}`, attempt: Number(build.slice(at + 1)), ...common };
  });
}

function isRun(one: Run | Slot): one is Run {
  return Array.isArray(one);
}
