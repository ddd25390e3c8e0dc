import type { Moment, Row } from '@millrace/kernel';
import { TableCache, cachedReader } from './cached-reader';
import { abreast, type Connection } from './connection';
import { tablePrefix } from './migrate';
import { plainReader } from './plain-reader';
import type { RowMemory } from './row-memory';
import { ReadAhead } from './read-ahead';
import { together } from './together';
import type { Readers, Slice, Table, TableReader, Tables } from './table';
import { upsert } from './upsert';

/** Rows that are made ready at one time. */
const mostRows = 500;

/** Readers over a connection that is not in a transaction: always what is committed. */
export function readersOn<T extends Tables>(
  connection: Connection,
  app: string,
  tables: T,
  memory: RowMemory | null = null,
): Readers<T> {
  return mapTables(tables, (table) => {
    const name = `${tablePrefix(app)}_${table.name}`;
    const recall = (id: string): Row | undefined => memory?.get(name, id);
    return together(plainReader(connection, name, table, memory), recall);
  }) as Readers<T>;
}

/**
 * The rows that one transaction has read and changed. A row is read once; a search first writes what was changed in
 * its table, so that it sees it.
 */
export class Session<T extends Tables> {
  readonly readers: Readers<T>;
  private readonly caches: ReadonlyMap<string, TableCache>;
  private readonly plain: Readonly<Record<string, TableReader<Row>>>;
  /** Tables that are being written. */
  private readonly flushing = new Map<string, Promise<void>>();

  constructor(
    private readonly connection: Connection,
    private readonly app: string,
    private readonly tables: T,
    private readonly at: Moment,
    private readonly memory: RowMemory | null = null,
  ) {
    this.caches = new Map(
      Object.entries(tables).map(([key, of]) => {
        const table = of as unknown as Table<Row>;
        const name = this.nameOf(table);
        return [key, new TableCache(table, (id) => memory?.get(name, id))];
      }),
    );
    this.plain = mapTables(tables, (table) => plainReader(connection, this.nameOf(table), table, memory));
    this.readers = mapTables(tables, (_, key) =>
      cachedReader(this.plain[key]!, this.caches.get(key)!, connection.dialect, () => this.flushTable(key)),
    ) as Readers<T>;
  }

  /**
   * Reads what many loads will ask for with few statements. Call it before anything was changed; what a load answers or
   * throws here does not count.
   */
  async readAhead(loads: readonly ((readers: Readers<T>) => Promise<unknown>)[]): Promise<void> {
    const ahead = new ReadAhead(this.plain, this.caches);
    const readers = mapTables(this.tables, (_, key) => ahead.reader(key)) as Readers<T>;
    await Promise.allSettled(loads.map((load) => load(readers)));
  }

  /** Takes over the rows whose reference changed between the slice that was loaded and the one that was decided. */
  apply(before: Slice<T>, after: Slice<T>): void {
    for (const [key, cache] of this.caches) {
      const old = before[key] as ReadonlyMap<string, Row>;
      const now = after[key] as ReadonlyMap<string, Row>;
      if (old === now) continue;
      for (const [id, row] of now) if (old.get(id) !== row) cache.change(row);
    }
  }

  async flush(): Promise<void> {
    await abreast(Object.keys(this.tables).map((key) => this.flushTable(key)));
  }

  /** Call it when the transaction is committed, and only then: what it read and wrote is what later ones find. */
  committed(): void {
    for (const { table, rows } of this.caches.values()) {
      if (table.remembered !== undefined) this.memory?.keep(this.nameOf(table), table.remembered, rows.values());
    }
  }

  private nameOf(table: Table<Row>): string {
    return `${tablePrefix(this.app)}_${table.name}`;
  }

  /** A search that comes while the table is being written waits for the end of that. */
  private async flushTable(key: string): Promise<void> {
    const cache = this.caches.get(key)!;
    if (cache.dirty.size > 0) {
      const before = this.flushing.get(key) ?? Promise.resolve();
      this.flushing.set(
        key,
        before.then(() => this.writeTable(cache)),
      );
    }
    await this.flushing.get(key);
  }

  /** Some rows are written by the database while the next ones are made ready here. */
  private async writeTable({ dirty, rows, table }: TableCache): Promise<void> {
    const all = [...dirty];
    dirty.clear();
    // Rows that lie side by side are written side by side.
    if (all.length > mostRows) all.sort(([a], [b]) => (a < b ? -1 : 1));
    for (let n = 0; n < all.length; n += mostRows) {
      if (n > 0) await new Promise((resolve) => setImmediate(resolve));
      const changed = all
        .slice(n, n + mostRows)
        .map(([id, before]) => ({ row: raised(rows.get(id)!, before), before }));
      await upsert(this.connection, this.nameOf(table), table, changed, this.at);
      for (const { row } of changed) rows.set(row.id, row);
    }
  }
}

/**
 * A row as it is written. One that takes the place of another was made for that by a decision of this session, and nobody
 * else has it: it is not copied once more. Any other may come from outside, with its revision.
 */
function raised(row: Row, before: Row | null): Row {
  if (before === null || before === row || before.revision !== row.revision)
    return { ...row, revision: row.revision + 1 };
  (row as { revision: number }).revision += 1;
  return row;
}

function mapTables(
  tables: Tables,
  map: (table: Table<Row>, key: string) => TableReader<Row>,
): Record<string, TableReader<Row>> {
  return Object.fromEntries(
    Object.entries(tables).map(([key, table]) => [key, map(table as unknown as Table<Row>, key)]),
  );
}
