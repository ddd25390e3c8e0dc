import type { Row } from '@millrace/kernel';

/** Rows of one table, the newest used in `young`; what `old` holds goes when `young` is full. */
interface Generations {
  young: Map<string, Row>;
  old: ReadonlyMap<string, Row>;
}

/**
 * Rows as they were committed last, of the tables that ask for it (`remembered`), so that the next transaction need not
 * read them. Only for a database that nobody else writes to: SQLite, whose file one process holds alone. It learns from
 * transactions that were committed and from nothing else, and forgets everything when one fails.
 */
export class RowMemory {
  private readonly tables = new Map<string, Generations>();

  get(table: string, id: string): Row | undefined {
    const of = this.tables.get(table);
    if (!of) return undefined;
    return of.young.get(id) ?? of.old.get(id);
  }

  /** At most `most` rows of a table, and as many that were not asked for lately. */
  keep(table: string, most: number, rows: Iterable<Row>): void {
    const of = this.tables.get(table) ?? { young: new Map<string, Row>(), old: new Map<string, Row>() };
    this.tables.set(table, of);
    for (const row of rows) {
      of.young.set(row.id, row);
      if (of.young.size < most) continue;
      of.old = of.young;
      of.young = new Map();
    }
  }

  clear(): void {
    this.tables.clear();
  }
}
