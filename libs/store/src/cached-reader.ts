import type { Row } from '@millrace/kernel';
import { canLayOver, laidOver, widened } from './changed-rows';
import type { Dialect } from './connection';
import type { ColumnValue, Filter, Order, Table, TableReader } from './table';

/** What a session knows of one table. */
export class TableCache {
  readonly rows = new Map<string, Row>();
  /** Rows that have to be written, with what they were when they were read or written last. */
  readonly dirty = new Map<string, Row | null>();
  /** Ids that were looked for and are not there. */
  readonly missing = new Set<string>();
  /** Values of columns whose rows are all here. */
  readonly covered = new Map<string, Set<ColumnValue>>();

  /** `recall`: rows that earlier transactions left in memory, as they are committed. */
  constructor(
    readonly table: Table<Row>,
    private readonly recall: (id: string) => Row | undefined = () => undefined,
  ) {}

  /** Takes over a row as it was read; what is known already is newer. */
  keep(row: Row): Row {
    const kept = this.rows.get(row.id);
    if (kept) return kept;
    this.rows.set(row.id, row);
    return row;
  }

  change(row: Row): void {
    if (!this.dirty.has(row.id)) this.dirty.set(row.id, this.rows.get(row.id) ?? null);
    this.rows.set(row.id, row);
  }

  knows(id: string): boolean {
    if (this.rows.has(id) || this.missing.has(id)) return true;
    const row = this.recall(id);
    if (row) this.rows.set(id, row);
    return row !== undefined;
  }

  held(ids: readonly string[]): Row[] {
    return [...new Set(ids)].map((id) => this.rows.get(id)).filter((row) => row !== undefined);
  }

  /** The rows of a search of which every value is covered; null when it must be asked. */
  search(filter: Filter, order: Order | undefined): Row[] | null {
    const wanted = this.covered.size === 0 ? null : plainSearch(filter, order);
    const known = wanted && this.covered.get(wanted.column);
    if (!wanted || !known || !wanted.values.every((value) => known.has(value))) return null;
    const { of } = this.table.columns[wanted.column]!;
    const found = [...this.rows.values()].filter((row) => wanted.values.includes(of(row)));
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

/** A search by values of one column and nothing else. */
export function plainSearch(
  filter: Filter,
  order: Order | undefined,
): { readonly column: string; readonly values: readonly ColumnValue[] } | null {
  const [only, ...others] = Object.entries(filter);
  if (!only || others.length > 0 || (order && Object.keys(order).length > 0)) return null;
  const [column, wanted] = only;
  if (Array.isArray(wanted)) return { column, values: wanted as readonly ColumnValue[] };
  return typeof wanted === 'object' && wanted !== null ? null : { column, values: [wanted as ColumnValue] };
}

/**
 * Reads a row once. A search sees what was changed: on SQLite changed rows are laid over what is found; else they are
 * written first (PostgreSQL sorts by rules of its own).
 */
export function cachedReader(
  plain: TableReader<Row>,
  cache: TableCache,
  dialect: Dialect,
  flush: () => Promise<void>,
): TableReader<Row> {
  const readMany = async (ids: readonly string[]): Promise<void> => {
    const unknown = [...new Set(ids)].filter((id) => !cache.knows(id));
    if (unknown.length > 0) (await plain.getMany(unknown)).forEach((row) => cache.keep(row));
  };
  return {
    get: async (id) => {
      await readMany([id]);
      return cache.rows.get(id) ?? null;
    },
    getMany: async (ids) => {
      await readMany(ids);
      return cache.held(ids);
    },
    where: async (filter, order = {}) => {
      const held = cache.search(filter, order);
      if (held) return held;
      const lays = dialect === 'sqlite' && cache.dirty.size > 0 && canLayOver(cache, filter, order);
      if (!lays) await flush();
      const found = await plain.where(filter, lays ? widened(order, cache) : order);
      const rows = found.map((row) => cache.keep(row));
      return lays ? laidOver(rows, cache, filter, order) : rows;
    },
    count: async (filter) => {
      await flush();
      return plain.count(filter);
    },
    countTerms: async (terms, most) => {
      await flush();
      return plain.countTerms(terms, most);
    },
  };
}
