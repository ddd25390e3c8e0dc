import { AppError, type Moment, type Row } from '@millrace/kernel';
import type { Connection, Parameter } from './database';
import { tablePrefix } from './migrate';
import type { ColumnValue, Filter, Order, Readers, Slice, Table, TableReader, Tables } from './table';

type AnyTable = Table<Row>;

/** Rows at one time in a statement: engines bound the number of parameters. */
const chunkRows = 200;
const chunkIds = 500;

/** Readers over a connection that is not in a transaction: always what is committed. */
export function readersOn<T extends Tables>(connection: Connection, app: string, tables: T): Readers<T> {
  return mapTables(tables, (table) =>
    plainReader(connection, `${tablePrefix(app)}_${table.name}`, table),
  ) as Readers<T>;
}

/**
 * The rows that one transaction has read and changed. A row is read once; a search first writes what was changed in
 * its table, so that it sees it.
 */
export class Session<T extends Tables> {
  readonly readers: Readers<T>;
  private readonly caches: ReadonlyMap<string, Cache>;

  constructor(
    private readonly connection: Connection,
    private readonly app: string,
    private readonly tables: T,
    private readonly at: Moment,
  ) {
    this.caches = new Map(Object.keys(tables).map((key) => [key, { rows: new Map(), dirty: new Set() }]));
    this.readers = mapTables(tables, (table, key) => this.reader(table, key)) as Readers<T>;
  }

  /** Takes over the rows whose reference changed between the slice that was loaded and the one that was decided. */
  apply(before: Slice<T>, after: Slice<T>): void {
    for (const key of Object.keys(this.tables)) {
      const old = before[key] as ReadonlyMap<string, Row>;
      const cache = this.caches.get(key)!;
      for (const [id, row] of after[key] as ReadonlyMap<string, Row>) {
        if (old.get(id) === row) continue;
        cache.rows.set(id, row);
        cache.dirty.add(id);
      }
    }
  }

  async flush(): Promise<void> {
    for (const key of Object.keys(this.tables)) await this.flushTable(key);
  }

  private async flushTable(key: string): Promise<void> {
    const cache = this.caches.get(key)!;
    if (cache.dirty.size === 0) return;
    const table = this.tables[key] as unknown as AnyTable;
    const rows = [...cache.dirty].map((id) => cache.rows.get(id)!);
    await upsert(this.connection, `${tablePrefix(this.app)}_${table.name}`, table, rows, this.at);
    for (const row of rows) cache.rows.set(row.id, { ...row, revision: row.revision + 1 });
    cache.dirty.clear();
  }

  private reader(table: AnyTable, key: string): TableReader<Row> {
    const plain = plainReader(this.connection, `${tablePrefix(this.app)}_${table.name}`, table);
    const cache = this.caches.get(key)!;
    const keep = (row: Row): Row => {
      const kept = cache.rows.get(row.id);
      if (kept) return kept;
      cache.rows.set(row.id, row);
      return row;
    };
    return {
      get: async (id) => cache.rows.get(id) ?? mapNull(await plain.get(id), keep),
      getMany: async (ids) => {
        const missing = [...new Set(ids)].filter((id) => !cache.rows.has(id));
        (await plain.getMany(missing)).forEach(keep);
        return [...new Set(ids)].map((id) => cache.rows.get(id)).filter((row): row is Row => row !== undefined);
      },
      where: async (filter, order) => {
        await this.flushTable(key);
        return (await plain.where(filter, order)).map(keep);
      },
      count: async (filter) => {
        await this.flushTable(key);
        return plain.count(filter);
      },
    };
  }
}

interface Cache {
  readonly rows: Map<string, Row>;
  readonly dirty: Set<string>;
}

function mapNull<A, B>(value: A | null, map: (value: A) => B): B | null {
  return value === null ? null : map(value);
}

function mapTables(
  tables: Tables,
  map: (table: AnyTable, key: string) => TableReader<Row>,
): Record<string, TableReader<Row>> {
  return Object.fromEntries(
    Object.entries(tables).map(([key, table]) => [key, map(table as unknown as AnyTable, key)]),
  );
}

function plainReader(connection: Connection, name: string, table: AnyTable): TableReader<Row> {
  const parse = ({ doc, revision }: Stored): Row => ({ ...(JSON.parse(doc) as Row), revision: Number(revision) });
  const known = new Set([...Object.keys(table.columns), 'id', 'updated_at']);
  const many = async (ids: readonly string[]): Promise<Row[]> => {
    const found: Row[] = [];
    for (let i = 0; i < ids.length; i += chunkIds) {
      const chunk = ids.slice(i, i + chunkIds);
      const places = chunk.map((_, n) => `$${n + 1}`).join(', ');
      const sql = `SELECT doc, revision FROM ${name} WHERE id IN (${places})`;
      found.push(...(await connection.rows<Stored>(sql, chunk)).map(parse));
    }
    return found;
  };
  return {
    get: async (id) => (await many([id]))[0] ?? null,
    getMany: many,
    where: async (filter, order = {}) => {
      const { clause, parameters } = whereClause(name, filter, known);
      const sql = `SELECT doc, revision FROM ${name}${clause}${orderClause(name, order, known)}`;
      return (await connection.rows<Stored>(sql, parameters)).map(parse);
    },
    count: async (filter) => {
      const { clause, parameters } = whereClause(name, filter, known);
      const rows = await connection.rows<{ n: number | string }>(
        `SELECT count(*) AS n FROM ${name}${clause}`,
        parameters,
      );
      return Number(rows[0]!.n);
    },
  };
}

interface Stored {
  readonly doc: string;
  readonly revision: number;
}

function whereClause(
  name: string,
  filter: Filter,
  known: ReadonlySet<string>,
): { clause: string; parameters: Parameter[] } {
  const parameters: Parameter[] = [];
  const terms = Object.entries(filter).map(([column, wanted]) => {
    if (!known.has(column)) throw new Error(`${name} has no column ${column} to search by`);
    const values = (Array.isArray(wanted) ? wanted : [wanted]) as readonly ColumnValue[];
    if (values.length === 0) return '1 = 0';
    const places = values.filter((v) => v !== null).map((v) => `$${parameters.push(v)}`);
    const parts = [
      ...(places.length > 0 ? [`${column} IN (${places.join(', ')})`] : []),
      ...(values.includes(null) ? [`${column} IS NULL`] : []),
    ];
    return `(${parts.join(' OR ')})`;
  });
  return { clause: terms.length > 0 ? ` WHERE ${terms.join(' AND ')}` : '', parameters };
}

function orderClause(name: string, order: Order, known: ReadonlySet<string>): string {
  const column = order.orderBy?.replace(/^-/, '');
  if (column !== undefined && !known.has(column)) throw new Error(`${name} has no column ${column} to sort by`);
  const direction = order.orderBy?.startsWith('-') ? 'DESC' : 'ASC';
  const sort = column === undefined ? ' ORDER BY id' : ` ORDER BY ${column} ${direction}, id ${direction}`;
  return order.limit === undefined ? sort : `${sort} LIMIT ${Math.max(0, Math.floor(order.limit))}`;
}

/** Inserts new rows and updates known ones, each only when its revision is still the one that was read. */
async function upsert(
  connection: Connection,
  name: string,
  table: AnyTable,
  rows: readonly Row[],
  at: Moment,
): Promise<void> {
  const columns = Object.keys(table.columns);
  const all = ['id', 'revision', 'updated_at', ...columns, 'doc'];
  const updates = all.slice(1).map((column) => `${column} = excluded.${column}`);
  for (let i = 0; i < rows.length; i += chunkRows) {
    const chunk = rows.slice(i, i + chunkRows);
    const parameters: Parameter[] = [];
    const tuples = chunk.map((row) => {
      const next = { ...row, revision: row.revision + 1 };
      const values = [
        row.id,
        next.revision,
        at,
        ...columns.map((c) => table.columns[c]!.of(row)),
        JSON.stringify(next),
      ];
      return `(${values.map((value) => `$${parameters.push(value)}`).join(', ')})`;
    });
    const sql =
      `INSERT INTO ${name} (${all.join(', ')}) VALUES ${tuples.join(', ')} ` +
      `ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')} WHERE ${name}.revision = excluded.revision - 1`;
    const touched = await connection.change(sql, parameters);
    if (touched === chunk.length) continue;
    throw new AppError({
      code: 'revision-conflict',
      kind: 'conflict',
      message: `${chunk.length - touched} of ${chunk.length} rows of ${name} were changed by somebody else meanwhile`,
      remedy: 'it is decided again on the newer state',
    });
  }
}
