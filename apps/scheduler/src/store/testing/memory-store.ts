import type { Row } from '@millrace/kernel';
import type { ColumnValue, Filter, Order, Range, Readers, Table } from '@millrace/store';
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
    const rows = (): Map<string, Row> => this.rows[key] as Map<string, Row>;
    const valueOf = (row: Row, column: string): ColumnValue =>
      // Here every row has just changed.
      column === 'id' ? row.id : column === 'updated_at' ? '9' : spec.columns[column]!.of(row as never);
    const matching = (filter: Filter): Row[] =>
      [...rows().values()].filter((row) =>
        Object.entries(filter).every(([column, wanted]) => isWanted(valueOf(row, column), wanted)),
      );
    const ordered = (found: Row[], { orderBy = 'id', limit = Infinity }: Order): Row[] => {
      const column = orderBy.replace('-', '');
      const sign = orderBy.startsWith('-') ? -1 : 1;
      const compare = (a: ColumnValue, b: ColumnValue): number => (a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1);
      found.sort((a, b) => sign * (compare(valueOf(a, column), valueOf(b, column)) || compare(a.id, b.id)));
      return found.slice(0, limit);
    };
    return {
      get: (id: string) => Promise.resolve(rows().get(id) ?? null),
      getMany: (ids: readonly string[]) =>
        Promise.resolve([...new Set(ids)].map((id) => rows().get(id)).filter((row) => row !== undefined)),
      where: (filter: Filter, order: Order = {}) => Promise.resolve(ordered(matching(filter), order)),
      count: (filter: Filter) => Promise.resolve(matching(filter).length),
      countTerms: () => Promise.reject(new Error('the scheduler has no terms')),
    };
  }
}

function isWanted(value: ColumnValue, wanted: Filter[string]): boolean {
  if (typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted)) {
    const { from, until } = wanted as Range;
    return value !== null && (from === undefined || value >= from) && (until === undefined || value <= until);
  }
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
}
