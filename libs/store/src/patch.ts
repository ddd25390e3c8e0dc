import type { Row } from '@millrace/kernel';
import type { Dialect } from './connection';
import type { Table } from './table';
import type { ChangedRow } from './upsert';

/** Rows in which the same columns changed, and the same members where only those are written. */
export interface Patch {
  readonly columns: readonly string[];
  /** null: the document is written whole. */
  readonly keys: readonly string[] | null;
  readonly rows: readonly Row[];
}

/** Rows of one statement. */
const mostRows = 500;

/** Members of fewer rows are not written by themselves: their documents are written whole. */
const leastRows = 24;

export interface Patches {
  readonly whole: readonly Row[];
  readonly patched: readonly Patch[];
  /** Rows of which nothing changed but members that are written aside. */
  readonly aside: readonly Row[];
}

/**
 * What can be written as a change of what is stored, of rows that were read before. On SQLite: an index of which no
 * column changed stays as it is (PostgreSQL sees that by itself); and of many rows of which only some members changed,
 * and no column, the rest of the document does. All others are written whole.
 */
export function patches(dialect: Dialect, table: Table<Row>, changed: readonly ChangedRow[]): Patches {
  const aside = table.aside ? changedAside(table, changed) : new Set<Row>();
  const others = aside.size === 0 ? changed : changed.filter(({ row }) => !aside.has(row));
  if (dialect !== 'sqlite') return { whole: others.map(({ row }) => row), patched: [], aside: [...aside] };
  const whole: Row[] = [];
  const byColumns = new Map<string, ChangedRow[]>();
  for (const one of others) {
    if (isKnown(one)) add(byColumns, changedColumns(table, one.before!, one.row), one);
    else whole.push(one.row);
  }
  const patched: Patch[] = [];
  for (const [columns, rows] of byColumns) {
    if (columns === '' && !table.kept && !table.aside) patched.push(...sameColumns(rows));
    else patched.push({ columns: listed(columns), keys: null, rows: rows.map(({ row }) => row) });
  }
  return { whole, patched: patched.flatMap((patch) => [...inChunks(patch)]), aside: [...aside] };
}

function isKnown({ row, before }: ChangedRow): boolean {
  return before?.revision === row.revision - 1;
}

/** Few rows are written whole, with what was written aside of them before. */
function changedAside(table: Table<Row>, changed: readonly ChangedRow[]): ReadonlySet<Row> {
  const members = new Set(table.aside);
  const columns = table.asideHow?.columns ?? Object.keys(table.columns);
  const staysFound = ({ before, row }: ChangedRow): boolean =>
    columns.every((column) => table.columns[column]!.of(before!) === table.columns[column]!.of(row));
  const rows = changed.filter((one) => isKnown(one) && changesOnly(members, one.before!, one.row) && staysFound(one));
  return new Set(rows.length < leastRows ? [] : rows.map(({ row }) => row));
}

function sameColumns(changed: readonly ChangedRow[]): Patch[] {
  const columns: readonly string[] = [];
  if (changed.length < leastRows) return [{ columns, keys: null, rows: changed.map(({ row }) => row) }];
  const byKeys = new Map<string, Row[]>();
  for (const { row, before } of changed) add(byKeys, changedKeys(before!, row), row);
  return [...byKeys].map(([keys, rows]) => {
    const few = keys === '' || rows.length < leastRows;
    return { columns, keys: few ? null : listed(keys), rows };
  });
}

/** One statement is performed while the next one is written. */
function* inChunks({ columns, keys, rows }: Patch): Generator<Patch> {
  for (let n = 0; n < rows.length; n += mostRows) yield { columns, keys, rows: rows.slice(n, n + mostRows) };
}

function changedColumns(table: Table<Row>, before: Row, row: Row): string {
  const columns: string[] = [];
  for (const column in table.columns) {
    const { of } = table.columns[column]!;
    if (of(before) !== of(row)) columns.push(column);
  }
  return columns.join();
}

/** Members that differ; none when they cannot be written by themselves. The revision is the column's. */
function changedKeys(before: Row, row: Row): string {
  const old = before as unknown as Readonly<Record<string, unknown>>;
  const now = row as unknown as Readonly<Record<string, unknown>>;
  const keys: string[] = [];
  for (const key in now) {
    const value = now[key];
    if (old[key] === value || key === 'revision') continue;
    if (value === undefined || !/^\w+$/.test(key)) return '';
    keys.push(key);
  }
  for (const key in old) if (!(key in row)) return '';
  return keys.join();
}

/** Some of these members differ, and no others. Asked of thousands of rows at a time: of lists, which is three times as fast. */
function changesOnly(members: ReadonlySet<string>, before: Row, row: Row): boolean {
  const keys = Object.keys(row);
  const known = Object.keys(before);
  if (keys.length !== known.length) return false;
  const now: readonly unknown[] = Object.values(row);
  const old: readonly unknown[] = Object.values(before);
  let some = false;
  for (let n = 0; n < keys.length; n++) {
    const key = keys[n]!;
    // Whoever was made from another has its members in their order.
    if (key !== known[n]) return false;
    if (old[n] === now[n] || key === 'revision') continue;
    if (!members.has(key)) return false;
    some = true;
  }
  return some;
}

function listed(names: string): readonly string[] {
  return names === '' ? [] : names.split(',');
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
