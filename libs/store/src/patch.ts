import type { Row } from '@millrace/kernel';
import type { Dialect } from './connection';
import type { Table } from './table';
import type { ChangedRow } from './upsert';

/** Rows in which the same members changed, and no column. */
export interface Patch {
  readonly keys: readonly string[];
  readonly rows: readonly Row[];
}

/** Rows of one statement. */
const mostRows = 500;

/** Fewer rows of one kind are written whole: a statement for each kind would cost more. */
const leastRows = 24;

/**
 * What can be written as a change of some members of the document, on SQLite: rows that were read before, of which no
 * column and no more than some members changed. All others are written whole.
 */
export function patches(
  dialect: Dialect,
  table: Table<Row>,
  changed: readonly ChangedRow[],
): { readonly whole: readonly Row[]; readonly patched: readonly Patch[] } {
  if (dialect !== 'sqlite' || changed.length < leastRows) return { whole: changed.map(({ row }) => row), patched: [] };
  const kinds = new Map<string, Row[]>();
  for (const { row, before } of changed) {
    const keys = before === null ? null : changedKeys(table, before, row);
    const kind = keys === null ? '' : keys.join();
    const rows = kinds.get(kind);
    if (rows) rows.push(row);
    else kinds.set(kind, [row]);
  }
  const whole: Row[] = [];
  const patched: Patch[] = [];
  for (const [kind, rows] of kinds) {
    if (kind === '' || rows.length < leastRows) whole.push(...rows);
    else {
      // One statement is performed while the next one is written.
      for (let n = 0; n < rows.length; n += mostRows) {
        patched.push({ keys: kind.split(','), rows: rows.slice(n, n + mostRows) });
      }
    }
  }
  return { whole, patched };
}

/** Members that differ; null when they cannot be patched. The revision is the column's. */
function changedKeys(table: Table<Row>, before: Row, row: Row): readonly string[] | null {
  if (row.revision !== before.revision + 1) return null;
  const old = before as unknown as Readonly<Record<string, unknown>>;
  const keys: string[] = [];
  const now = row as unknown as Readonly<Record<string, unknown>>;
  for (const key in now) {
    const value = now[key];
    if (old[key] === value || key === 'revision') continue;
    if (value === undefined || !/^\w+$/.test(key)) return null;
    keys.push(key);
  }
  for (const key in old) if (!(key in row)) return null;
  if (keys.length === 0) return null;
  const same = Object.values(table.columns).every(({ of }) => of(before) === of(row));
  return same ? keys : null;
}
