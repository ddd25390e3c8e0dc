import type { Row } from '@millrace/kernel';
import {
  Database,
  Session,
  byId,
  integer,
  migrate,
  readersOn,
  remembered,
  table,
  text,
  type Connection,
  type Filter,
  type Migration,
  type Order,
} from '@millrace/store';
import { statSync } from 'node:fs';
import { openTestDatabase, testEngines, type TestDatabase } from './index';

interface Cart extends Row {
  readonly mill: string | null;
  readonly load: number | null;
  readonly sacks?: readonly string[];
  readonly note?: { readonly text: string | null };
  readonly driver?: string | null;
}
const tables = {
  carts: remembered(
    1000,
    table<Cart>('cart', { mill: text((row) => row.mill), load: integer((row) => row.load) }, [['mill', 'load']]),
  ),
};
const migrations: readonly Migration[] = [
  {
    version: 202611230001,
    name: 'Carts',
    tables: { cart: { columns: { mill: 'text', load: 'integer' }, indexes: [['mill', 'load']] } },
  },
];
const at = '2026-01-31T09:30:00.000Z';
const carts = (count: number): Cart[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `c${String(n).padStart(4, '0')}`,
    revision: 0,
    mill: n % 7 === 0 ? null : `mill-${n % 5}`,
    load: n % 11 === 0 ? null : n % 13,
    sacks: [`'rye' "${n}"`, 'wheat'],
  }));

describe.each(testEngines)('a session on %s', (kind) => {
  let opened: TestDatabase;
  beforeEach(async () => {
    opened = await openTestDatabase(kind);
    await migrate(opened.database, 'quay', migrations);
  });
  afterEach(() => opened.dispose());

  /** One transaction as the engine makes them; `change` gets the rows that were loaded. */
  const turn = async (
    ids: readonly string[],
    change: (row: Cart) => Cart,
    fresh: readonly Cart[] = [],
    wrap: (tx: Connection) => Connection = (tx) => tx,
    database: Database = opened.database,
  ): Promise<void> => {
    const session = await database.transaction(async (tx) => {
      const inner = new Session(wrap(tx), 'quay', tables, at, database.memory);
      const before = { carts: byId(await inner.readers.carts.getMany(ids)) };
      inner.apply(before, { carts: byId([...before.carts.values()].map(change), fresh) });
      await inner.flush();
      return inner;
    });
    session.committed();
  };
  const stored = (id: string): Promise<Cart | null> => readersOn(opened.database.reader, 'quay', tables).carts.get(id);
  const ids = carts(60).map((row) => row.id);

  it('changes members of documents where they lie, and nothing else of them', async () => {
    await turn([], (row) => row, carts(60));
    await turn(ids, (row) => ({ ...row, sacks: ["it's", '\u0000 \ud800'], note: { text: null }, driver: null }));
    const [{ doc, load }] = (await opened.database.reader.rows(
      "SELECT doc, load FROM quay_cart WHERE id = 'c0001'",
    )) as [{ doc: string; load: number }];
    expect(JSON.parse(doc)).toMatchObject({ sacks: ["it's", '\u0000 \ud800'], note: { text: null }, driver: null });
    expect(load).toBe(1);
    await turn(ids, (row) => ({ ...row, load: 99 }));
    expect(await stored('c0001')).toMatchObject({ mill: 'mill-1', load: 99, revision: 3, driver: null });
    await turn(ids, ({ driver: _, ...row }) => row);
    expect(await stored('c0001')).toEqual({
      id: 'c0001',
      revision: 4,
      mill: 'mill-1',
      load: 99,
      sacks: ["it's", '\u0000 \ud800'],
      note: { text: null },
    });
  });

  it('refuses changed members of a row that was overtaken, with everything of its transaction', async () => {
    await turn([], (row) => row, carts(60));
    const second = await Database.open(opened.url);
    await turn(['c0003'], (row) => ({ ...row, driver: 'ada' }), [], undefined, second);
    await second.close();
    const late = turn(ids, (row) => ({ ...row, driver: 'bob' }));
    if (kind === 'sqlite') {
      await expect(late).rejects.toMatchObject({ code: 'revision-conflict' });
      expect(await stored('c0004')).not.toHaveProperty('driver');
      // What it remembered was wrong, and is forgotten: the next one reads.
      await turn(ids, (row) => ({ ...row, note: { text: row.driver ?? '' } }));
      expect(await stored('c0003')).toMatchObject({ driver: 'ada', note: { text: 'ada' } });
    } else await late;
  });

  it('finds what it changed in its place, as if it had been written first', async () => {
    await turn([], (row) => row, carts(120));
    const filters: Filter[] = [
      {},
      { mill: 'mill-1' },
      { mill: ['mill-2', null] },
      { load: { from: 3, until: 9 } },
      { mill: null, load: null },
      { id: { from: 'c0050' }, mill: 'mill-3' },
    ];
    const orders: Order[] = [{}, { orderBy: 'load' }, { orderBy: '-load', limit: 7 }, { orderBy: 'mill', limit: 30 }];
    await opened.database.transaction(async (tx) => {
      const session = new Session(tx, 'quay', tables, at);
      const loaded = await session.readers.carts.getMany(carts(120).map((row) => row.id));
      const moved = loaded
        .filter((_, n) => n % 3 === 0)
        .map((row, n) => ({ ...row, load: n % 4, mill: `mill-${n % 3}` }));
      session.apply({ carts: byId(loaded) }, { carts: byId(loaded, moved, { ...loaded[0]!, id: 'new', revision: 0 }) });
      const ask = async (): Promise<string[][]> => {
        const found: string[][] = [];
        for (const filter of filters) {
          for (const order of orders) {
            found.push((await session.readers.carts.where(filter, order)).map((row) => `${row.id} ${row.mill}`));
          }
        }
        return found;
      };
      const unwritten = await ask();
      await session.flush();
      expect(await ask()).toEqual(unwritten);
      expect(unwritten.flat().some((one) => one.startsWith('new'))).toBe(true);
    });
  });
});

describe.each(testEngines)('rows by the thousand on %s', (kind) => {
  it('are written in pieces; searches that come meanwhile see all of them, and nothing is written twice', async () => {
    const opened = await openTestDatabase(kind);
    await migrate(opened.database, 'quay', migrations);
    const all = carts(1300);
    const found = await opened.database.transaction(async (tx) => {
      const session = new Session(tx, 'quay', tables, at, opened.database.memory);
      session.apply({ carts: byId() }, { carts: byId(all) });
      await session.flush();
      const before = { carts: byId(await session.readers.carts.getMany(all.map((row) => row.id))) };
      const loaded = [...before.carts.values()].map((row) => ({ ...row, load: 99, driver: `of ${row.id}` }));
      session.apply(before, { carts: byId(loaded) });
      const { where } = session.readers.carts;
      const searches = await Promise.all([where({ load: 99 }), where({ load: 99, mill: null }), where({ load: 3 })]);
      await session.flush();
      return searches.map((rows) => rows.length);
    });
    expect(found).toEqual([1300, 186, 0]);
    const rows = await readersOn(opened.database.reader, 'quay', tables).carts.getMany(all.map((row) => row.id));
    expect(rows.every((row) => row.revision === 2 && row.driver === `of ${row.id}`)).toBe(true);
    expect(rows).toHaveLength(1300);
    await opened.dispose();
  });
});

describe('rows in memory', () => {
  it('are not read again, are those that were committed, and are forgotten when a transaction fails', async () => {
    const opened = await openTestDatabase('sqlite');
    const { database } = opened;
    await migrate(database, 'quay', migrations);
    let asked = 0;
    const turn = async (change: (row: Cart) => Cart, fails = false): Promise<Cart> => {
      const done = await database.transaction(async (tx) => {
        const counting: Connection = { ...tx, rows: (...args) => (asked++, tx.rows(...args)) };
        const session = new Session(counting, 'quay', tables, at, database.memory);
        const before = { carts: byId(await session.readers.carts.get('c0001')) };
        const row = change(before.carts.get('c0001') ?? carts(2)[1]!);
        session.apply(before, { carts: byId(row) });
        await session.flush();
        if (fails) throw new Error('rolled back');
        return { session, row };
      });
      done.session.committed();
      return done.row;
    };
    const reader = readersOn(database.reader, 'quay', tables, database.memory).carts;
    await turn((row) => row);
    expect(asked).toBe(1);
    await turn((row) => ({ ...row, driver: 'ada' }));
    expect(asked).toBe(1);
    expect(await reader.get('c0001')).toMatchObject({ driver: 'ada', revision: 2 });
    await expect(turn((row) => ({ ...row, driver: 'bob' }), true)).rejects.toThrow('rolled back');
    expect(await reader.get('c0001')).toMatchObject({ driver: 'ada', revision: 2 });
    expect(await turn((row) => ({ ...row, load: 5 }))).toMatchObject({ driver: 'ada' });
    expect(asked).toBe(2);
    await opened.dispose();
  });
});

describe('the write-ahead log', () => {
  it('begins anew while writing goes on', async () => {
    const opened = await openTestDatabase('sqlite');
    await migrate(opened.database, 'quay', migrations);
    const doc = JSON.stringify({ pad: 'x'.repeat(200_000) });
    for (let n = 0; n < 600; n++) {
      await opened.database.lightTransaction((tx) =>
        tx.change(
          'INSERT INTO quay_cart (id, revision, updated_at, doc) VALUES ($1, 1, $2, $3) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc',
          [`c${n % 10}`, at, doc],
        ),
      );
    }
    // 120 MB were written.
    expect(statSync(`${opened.url.slice('sqlite:'.length)}-wal`).size).toBeLessThan(64_000_000);
    await opened.dispose();
  });
});
