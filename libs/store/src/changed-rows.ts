import type { Row } from '@millrace/kernel';
import type { TableCache } from './cached-reader';
import type { ColumnValue, Filter, Order, Range, Table } from './table';

/** More than so many rows that are not written yet are written before a search, not laid over what it finds. */
const mostChanged = 200;

/** Can a search be answered by what is stored and what was changed since, without writing that first? */
export function canLayOver({ dirty }: TableCache, filter: Filter, order: Order): boolean {
  const times = 'updated_at' in filter || order.orderBy?.endsWith('updated_at') === true;
  return dirty.size <= mostChanged && order.terms === undefined && !times;
}

/** What must be asked for, so that enough is left when changed rows have fallen out. */
export function widened(order: Order, { dirty }: TableCache): Order {
  return order.limit === undefined ? order : { ...order, limit: order.limit + dirty.size };
}

/** What was found in storage, with changed rows as they are now: those that fit are there, in their places. */
export function laidOver(found: readonly Row[], cache: TableCache, filter: Filter, order: Order): Row[] {
  const { table, dirty, rows } = cache;
  const changed = [...dirty.keys()].map((id) => rows.get(id)!).filter((row) => fits(table, row, filter));
  const all = [...found.filter((row) => !dirty.has(row.id)), ...changed];
  const column = order.orderBy?.replace(/^-/, '') ?? 'id';
  const sign = order.orderBy?.startsWith('-') ? -1 : 1;
  const keyed = all.map((row) => ({ row, key: valueOf(table, row, column) }));
  keyed.sort((a, b) => sign * (compare(a.key, b.key) || compare(a.row.id, b.row.id)));
  return keyed.slice(0, order.limit).map(({ row }) => row);
}

function fits(table: Table<Row>, row: Row, filter: Filter): boolean {
  return Object.entries(filter).every(([column, wanted]) => {
    const value = valueOf(table, row, column);
    if (isRange(wanted)) return inRange(value, wanted);
    return Array.isArray(wanted) ? wanted.includes(value) : value === wanted;
  });
}

function isRange(wanted: Filter[string]): wanted is Range {
  return typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted);
}

function inRange(value: ColumnValue, { from, until }: Range): boolean {
  if (value === null) return from === undefined && until === undefined;
  return (from === undefined || value >= from) && (until === undefined || value <= until);
}

function valueOf(table: Table<Row>, row: Row, column: string): ColumnValue {
  return column === 'id' ? row.id : (table.columns[column]?.of(row) ?? null);
}

/** As SQLite sorts: nothing comes first. */
function compare(a: ColumnValue, b: ColumnValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
