import type { CapacityInput } from './input';
import type { CapacityRow, SlotWish } from './state';
import type { Turn } from './turn';

/** The slots of one build system: wishes are granted by priority, longest remaining path, tier and age. */
export function decideCapacity(turn: Turn, input: CapacityInput): void {
  const row = turn.find('capacity', capacityId(input.system)) ?? emptyCapacity(input.system);
  grant(turn, input.system, changed(row, input));
}

export function capacityId(system: string): string {
  return `build-system/${system}`;
}

function changed(row: CapacityRow, input: CapacityInput): CapacityRow {
  switch (input.type) {
    case 'capacity.known':
      return { ...row, limit: input.limit };
    case 'slot.wanted': {
      if (row.granted.some((one) => isFor(one, input.wish))) return row;
      return { ...row, wishes: [...row.wishes.filter((one) => one.rebuild !== input.wish.rebuild), input.wish] };
    }
    case 'slot.returned':
      return {
        ...row,
        wishes: row.wishes.filter((one) => !isFor(one, input)),
        granted: row.granted.filter((one) => !isFor(one, input)),
      };
  }
}

function grant(turn: Turn, system: string, row: CapacityRow): void {
  let { wishes, granted } = row;
  for (const wish of [...wishes].sort(byUrgency)) {
    if (granted.length >= row.limit) break;
    if (granted.filter((one) => one.release === wish.release).length >= wish.bound) continue;
    const { rebuild, attempt, release } = wish;
    wishes = wishes.filter((one) => one !== wish);
    granted = [...granted, { rebuild, attempt, release }];
    turn.self({ type: 'slot.granted', release, rebuild, attempt });
  }
  turn.put('capacity', { ...row, wishes, granted });
}

function byUrgency(a: SlotWish, b: SlotWish): number {
  return (
    b.priority - a.priority ||
    b.height - a.height ||
    a.tier - b.tier ||
    (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) ||
    (a.rebuild < b.rebuild ? -1 : 1)
  );
}

function isFor(
  one: { readonly rebuild: string; readonly attempt: number },
  other: { readonly rebuild: string; readonly attempt: number },
): boolean {
  return one.rebuild === other.rebuild && one.attempt === other.attempt;
}

function emptyCapacity(system: string): CapacityRow {
  return { id: capacityId(system), revision: 0, limit: 0, wishes: [], granted: [] };
}
