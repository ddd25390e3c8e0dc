import type { Row } from '@millrace/kernel';
import type { Rows, State } from '@millrace/scheduler/domain/state';
import { tables, type SchedulerTables } from '@millrace/scheduler/store/tables';
import type { Readers, Table } from '@millrace/store';
import { IndexedTable } from './indexed-table';

type InMemory = { readonly [K in keyof Rows]: IndexedTable<Rows[K]> };

/** The scheduler's database in memory. */
export class MemoryStore {
  readonly tables = Object.fromEntries(
    Object.entries(tables).map(([name, spec]) => [name, new IndexedTable<Row>(spec as unknown as Table<Row>)]),
  ) as unknown as InMemory;

  get read(): Readers<SchedulerTables> {
    return this.tables as unknown as Readers<SchedulerTables>;
  }

  /** Saves what a decision changed. */
  apply(before: State, after: State): void {
    for (const name of Object.keys(after) as (keyof Rows)[]) {
      const old: ReadonlyMap<string, Row> = before[name];
      const table = this.tables[name] as unknown as IndexedTable<Row>;
      for (const [id, row] of after[name] as ReadonlyMap<string, Row>) if (old.get(id) !== row) table.put(row);
    }
  }

  /** All rows as they are now: gives what puts them back. */
  copy(): () => void {
    const tables = Object.values(this.tables) as unknown as readonly IndexedTable<Row>[];
    const copies = tables.map((table) => new Map(table.rows));
    return () => tables.forEach((table, n) => table.putBack(copies[n]!));
  }
}
