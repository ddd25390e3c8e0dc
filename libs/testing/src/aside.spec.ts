import type { Row } from '@millrace/kernel';
import {
  Database,
  RowMemory,
  Session,
  aside,
  byId,
  integer,
  keptAs,
  migrate,
  readersOn,
  remembered,
  table,
  type Kept,
  type Migration,
} from '@millrace/store';
import { openTestDatabase, schemaDrift, testEngines, type TestDatabase } from './index';

interface Cart extends Row {
  readonly load: number;
  readonly waits: readonly string[];
  readonly because: string;
  readonly driver: string;
}
const tables = {
  carts: remembered(
    1000,
    aside(['waits', 'because'], table<Cart>('cart', { load: integer((row) => row.load) }, [['load']])),
  ),
};
const migrations: readonly Migration[] = [
  { version: 202611230001, name: 'Carts', tables: { cart: { columns: { load: 'integer' }, indexes: [['load']] } } },
  { version: 202611230002, name: 'Aside', tables: {}, aside: ['cart'] },
];
const at = '2026-01-31T09:30:00.000Z';
const ids = Array.from({ length: 60 }, (_, n) => `c${String(n).padStart(2, '0')}`);
const fresh = (id: string, n: number): Cart => ({
  id,
  revision: 0,
  load: n % 7,
  waits: ['a', "b's"],
  because: 'it waits for both',
  driver: 'ada',
});

describe.each(testEngines)('members that are written aside on %s', (kind) => {
  let opened: TestDatabase;
  beforeEach(async () => {
    opened = await openTestDatabase(kind);
    await migrate(opened.database, 'quay', migrations);
    await turn([], (row) => row, ids.map(fresh));
  });
  afterEach(() => opened.dispose());

  const turn = async (
    which: readonly string[],
    change: (row: Cart) => Cart,
    added: readonly Cart[] = [],
    database: Database = opened.database,
  ): Promise<void> => {
    const session = await database.transaction(async (tx) => {
      const inner = new Session(tx, 'quay', tables, at, database.memory);
      const before = { carts: byId(await inner.readers.carts.getMany(which)) };
      inner.apply(before, { carts: byId([...before.carts.values()].map(change), added) });
      await inner.flush();
      return inner;
    });
    session.committed();
  };
  const reader = () => readersOn(opened.database.reader, 'quay', tables).carts;
  const rows = (sql: string) => opened.database.reader.rows<Record<string, unknown>>(sql);
  const lost = (row: Cart): Cart => ({ ...row, waits: row.waits.slice(1), because: 'it waits for one' });

  it('are read with their rows, and leave these as they were', async () => {
    const before = await rows("SELECT revision, doc FROM quay_cart WHERE id = 'c07'");
    await turn(ids, lost);
    expect(await rows("SELECT revision, doc FROM quay_cart WHERE id = 'c07'")).toEqual(before);
    expect(await reader().get('c07')).toEqual({ ...lost(fresh('c07', 7)), revision: 2 });
    expect((await reader().where({ load: 3 }, { orderBy: '-load', limit: 2 })).map((row) => row.waits)).toEqual([
      ["b's"],
      ["b's"],
    ]);
    await turn(ids, lost);
    expect(await reader().get('c07')).toMatchObject({ revision: 3, waits: [] });
    expect(await schemaDrift(opened.database, 'quay', tables)).toEqual([]);
  });

  it('are written with the row when that is written for another reason, few or many at a time', async () => {
    await turn(ids, lost);
    await turn(ids.slice(0, 3), (row) => ({ ...row, driver: 'bob' }));
    await turn(ids.slice(3, 40), (row) => ({ ...row, load: 99 }));
    await turn(ids.slice(40, 42), (row) => ({ ...row, waits: [] }));
    expect(await rows('SELECT count(*) AS n FROM quay_cart_aside')).toEqual([{ n: kind === 'sqlite' ? 18 : '18' }]);
    expect(await reader().get('c01')).toMatchObject({ revision: 3, driver: 'bob', waits: ["b's"] });
    expect(await reader().get('c20')).toMatchObject({ revision: 3, load: 99, waits: ["b's"] });
    expect(await reader().get('c41')).toMatchObject({ revision: 3, driver: 'ada', waits: [] });
    await turn(ids, lost);
    expect(await reader().get('c01')).toMatchObject({ revision: 4, driver: 'bob', waits: [] });
  });

  it.each([
    ['aside', ids],
    ['whole', ['c03']],
  ])('are refused when their row was overtaken, and it is when they were: %s', async (_, which) => {
    const second = await Database.open(opened.url);
    const stale = new RowMemory();
    stale.keep('quay_cart', 1000, await reader().getMany(ids));
    await turn(ids, lost, [], second);
    await second.close();
    const late = opened.database.transaction(async (tx) => {
      const session = new Session(tx, 'quay', tables, at, stale);
      const before = { carts: byId(await session.readers.carts.getMany(which)) };
      session.apply(before, { carts: byId([...before.carts.values()].map(lost)) });
      await session.flush();
    });
    await expect(late).rejects.toMatchObject({ code: 'revision-conflict' });
    expect(await reader().get('c03')).toMatchObject({ revision: 2, waits: ["b's"] });
  });
});

describe.each(testEngines)('members that are written aside in a form of their own on %s', (kind) => {
  /** What a cart waits for is kept as lengths of texts of the letter x. */
  const written = ({ waits, because }: Cart): object => ({ waits: waits.map((one) => one.length), because });
  const kept: Kept<Cart> = {
    write: (row) => ({ ...row, ...written(row) }),
    read: (doc) => {
      const row = doc as Omit<Cart, 'waits'> & { readonly waits: readonly number[] };
      return { ...row, waits: row.waits.map((length) => 'x'.repeat(length)) };
    },
  };
  const own = {
    carts: aside(
      ['waits', 'because'],
      keptAs(kept, table<Cart>('cart', { load: integer((row) => row.waits.length) }, [['load']])),
      { write: written, columns: ['load'] },
    ),
  };

  it('are read as they were, one or many at a time; where a column changes with them, the row is written', async () => {
    const opened = await openTestDatabase(kind);
    await migrate(opened.database, 'quay', migrations);
    const reader = readersOn(opened.database.reader, 'quay', own).carts;
    const turn = async (change: (row: Cart) => Cart, added: readonly Cart[] = []): Promise<void> => {
      await opened.database.transaction(async (tx) => {
        const session = new Session(tx, 'quay', own, at);
        const before = { carts: byId(await session.readers.carts.getMany(ids)) };
        session.apply(before, { carts: byId([...before.carts.values()].map(change), added) });
        await session.flush();
      });
    };
    const whole = ids.map((id, n) => ({ ...fresh(id, n), waits: ['x', 'xxx'] }));
    await turn((row) => row, whole);
    await turn((row) => ({ ...row, waits: row.id === 'c09' ? ['xx'] : ['xxxx', 'x'], because: 'it waits on' }));
    const [{ n }] = (await opened.database.reader.rows('SELECT count(*) AS n FROM quay_cart_aside')) as [{ n: number }];
    expect(Number(n)).toBe(59);
    const many = await reader.getMany(ids);
    expect(many).toHaveLength(60);
    for (const row of many) expect(await reader.get(row.id)).toEqual(row);
    expect(await reader.get('c08')).toEqual({ ...whole[8], waits: ['xxxx', 'x'], because: 'it waits on', revision: 2 });
    expect(await reader.where({ load: 1 })).toMatchObject([{ id: 'c09', waits: ['xx'], revision: 2 }]);
    await opened.dispose();
  });
});
