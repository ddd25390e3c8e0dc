import type { RebuildRow } from '@millrace/scheduler/domain/state';

type Rows = ReadonlyMap<string, RebuildRow>;

/** Promise 1 in its own words: validated and not doubted, or passed over while all that it needs is released. */
export function isReleased(rows: Rows, id: string, seen: ReadonlySet<string> = new Set()): boolean {
  const row = rows.get(id);
  if (!row || seen.has(id)) return false;
  if (row.state === 'validated') return !row.doubtful;
  if (row.state !== 'skipped' && row.state !== 'unneeded') return false;
  const further = new Set([...seen, id]);
  return row.needs.every((need) => isReleased(rows, need, further));
}

/** Nothing keeps it: all that it needs is released, and nobody holds it. */
export function isFree(rows: Rows, row: RebuildRow): boolean {
  return !row.held && row.needs.every((need) => isReleased(rows, need));
}

/** It waits for a person: it is held, or something below it failed, is doubted, is held or was given up. */
export function hasGrounds(rows: Rows, row: RebuildRow): boolean {
  const stack = [row];
  const seen = new Set<string>();
  while (stack.length > 0) {
    const one = stack.pop()!;
    if (seen.has(one.id)) continue;
    seen.add(one.id);
    if (one.held || one.doubtful || ['failed', 'rejected', 'cancelled'].includes(one.state)) return true;
    for (const need of one.needs) if (rows.has(need)) stack.push(rows.get(need)!);
  }
  return false;
}
