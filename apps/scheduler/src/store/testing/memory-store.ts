import type { Row } from '@millrace/kernel';
import type { ColumnValue, Filter, Readers, Table } from '@millrace/store';
import type { Rows, State } from '../../domain/state';
import { tables, type SchedulerTables } from '../tables';

/** The scheduler's tables in memory: what `load` reads in tests of the decider, and what decisions change. */
export class MemoryStore {
  readonly rows = Object.fromEntries(Object.keys(tables).map((key) => [key, new Map<string, Row>()])) as unknown as {
    readonly [K in keyof Rows]: Map<string, Rows[K]>;
  };

  readonly read = Object.fromEntries(
    Object.entries(tables).map(([key, spec]) => [key, this.reader(key as keyof Rows, spec as unknown as Table)]),
  ) as unknown as Readers<SchedulerTables>;

  /** Saves what a decision changed; a row that was not read before it was written is an error, as in the database. */
  apply(before: State, after: State): void {
    for (const key of Object.keys(tables) as (keyof Rows)[]) {
      for (const [id, row] of after[key] as ReadonlyMap<string, Row>) {
        if (before[key].get(id) === row) continue;
        const kept = (this.rows[key] as Map<string, Row>).get(id);
        if ((kept?.revision ?? 0) !== row.revision) throw new Error(`${key} ${id} was written without being read`);
        (this.rows[key] as Map<string, Row>).set(id, { ...row, revision: row.revision + 1 });
      }
    }
  }

  private reader(key: keyof Rows, spec: Table) {
    const all = (): Row[] => [...(this.rows[key] as Map<string, Row>).values()];
    const matching = (filter: Filter): Row[] =>
      all().filter((row) =>
        Object.entries(filter).every(([column, wanted]) => {
          const value: ColumnValue = column === 'id' ? row.id : spec.columns[column]!.of(row as never);
          return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
        }),
      );
    return {
      get: (id: string) => Promise.resolve(all().find((row) => row.id === id) ?? null),
      getMany: (ids: readonly string[]) => Promise.resolve(all().filter((row) => ids.includes(row.id))),
      where: (filter: Filter) => Promise.resolve(matching(filter)),
      count: (filter: Filter) => Promise.resolve(matching(filter).length),
    };
  }
}
