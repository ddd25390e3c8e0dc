import type { Row } from '@millrace/kernel';
import { abreast } from './connection';
import { plainSearch, type TableCache } from './cached-reader';
import type { ColumnValue, TableReader } from './table';

interface Wanted {
  readonly ids: Set<string>;
  readonly values: Map<string, Set<ColumnValue>>;
}

/**
 * Gathers what many loads ask for at one time and reads it with one statement per table and column, into the session's
 * caches. Only questions by id and by values of one column are asked; others are answered with nothing here, and asked
 * when it is their turn.
 */
export class ReadAhead {
  private readonly wanted = new Map<string, Wanted>();
  private round: Promise<void> | null = null;

  constructor(
    private readonly plain: Readonly<Record<string, TableReader<Row>>>,
    private readonly caches: ReadonlyMap<string, TableCache>,
  ) {}

  reader(key: string): TableReader<Row> {
    const cache = this.caches.get(key)!;
    const getMany = async (ids: readonly string[]): Promise<Row[]> => {
      const unknown = ids.filter((id) => !cache.knows(id));
      unknown.forEach((id) => this.of(key).ids.add(id));
      if (unknown.length > 0) await this.gathered();
      return cache.held(ids);
    };
    return {
      get: async (id) => (await getMany([id]))[0] ?? null,
      getMany,
      where: async (filter, order) => {
        const wanted = plainSearch(filter, order);
        if (!wanted || !(wanted.column in cache.table.columns)) return [];
        const held = cache.search(filter, order);
        if (held) return held;
        const { values } = this.of(key);
        const all = values.get(wanted.column) ?? new Set();
        wanted.values.forEach((value) => all.add(value));
        values.set(wanted.column, all);
        await this.gathered();
        return cache.search(filter, order) ?? [];
      },
      count: () => Promise.resolve(0),
      countTerms: () => Promise.resolve(0),
    };
  }

  private of(key: string): Wanted {
    const wanted = this.wanted.get(key) ?? { ids: new Set(), values: new Map() };
    this.wanted.set(key, wanted);
    return wanted;
  }

  /** Once every load has asked for what it can ask for by now. */
  private gathered(): Promise<void> {
    this.round ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.fetch());
    return this.round;
  }

  private async fetch(): Promise<void> {
    this.round = null;
    const asked = [...this.wanted];
    this.wanted.clear();
    await abreast(asked.map(([key, wanted]) => this.read(key, wanted)));
  }

  private async read(key: string, { ids, values }: Wanted): Promise<void> {
    const cache = this.caches.get(key)!;
    if (ids.size > 0) (await this.plain[key]!.getMany([...ids])).forEach((row) => cache.keep(row));
    for (const id of ids) if (!cache.rows.has(id)) cache.missing.add(id);
    for (const [column, wanted] of values) {
      (await this.plain[key]!.where({ [column]: [...wanted] })).forEach((row) => cache.keep(row));
      const covered = cache.covered.get(column) ?? new Set();
      wanted.forEach((value) => covered.add(value));
      cache.covered.set(column, covered);
    }
  }
}
