import type { AppError, Row } from '@millrace/kernel';
import { Database, Session, byId, integer, migrate, readersOn, table, text, type Migration } from '@millrace/store';
import { openTestDatabase, schemaDrift, testEngines, type TestDatabase } from './index';

interface Stone extends Row {
  readonly colour: string | null;
  readonly weight: number;
  readonly marks?: readonly string[];
}
const tables = {
  stones: table<Stone>(
    'stone',
    { colour: text((s) => s.colour), weight: integer((s) => s.weight) },
    [['colour']],
    (s) => s.marks ?? [],
  ),
};
const migrations: readonly Migration[] = [
  {
    version: 202611230001,
    name: 'Stones',
    tables: { stone: { columns: { colour: 'text', weight: 'integer' }, indexes: [['colour']] } },
    terms: ['stone'],
  },
];
const at = '2026-01-31T09:30:00.000Z';
const stone = (id: string, colour: string | null, weight: number): Stone => ({ id, revision: 0, colour, weight });

describe.each(testEngines)('the store on %s', (kind) => {
  let opened: TestDatabase;
  beforeEach(async () => {
    opened = await openTestDatabase(kind);
    await migrate(opened.database, 'quarry', migrations);
  });
  afterEach(() => opened.dispose());

  const write = (...rows: Stone[]): Promise<void> =>
    opened.database.transaction(async (tx) => {
      const session = new Session(tx, 'quarry', tables, at);
      session.apply({ stones: byId<Stone>() }, { stones: byId(...rows) });
      await session.flush();
    });
  const read = () => readersOn(opened.database.reader, 'quarry', tables).stones;

  it('gives back what was saved, with its revision counted', async () => {
    await write(stone('a', 'red', 3));
    expect(await read().get('a')).toEqual({ id: 'a', revision: 1, colour: 'red', weight: 3 });
    await write({ ...stone('a', 'blue', 3), revision: 1 });
    expect(await read().get('a')).toEqual({ id: 'a', revision: 2, colour: 'blue', weight: 3 });
    expect(await read().get('nobody')).toBeNull();
  });

  it('refuses a row whose revision was overtaken, and leaves everything as it was', async () => {
    await write(stone('a', 'red', 3));
    await expect(write(stone('b', 'green', 1), stone('a', 'blue', 9))).rejects.toMatchObject({
      code: 'revision-conflict',
      kind: 'conflict',
    });
    expect(await read().get('a')).toMatchObject({ colour: 'red' });
    expect(await read().get('b')).toBeNull();
  });

  it('searches by columns, lists and null, sorted and limited', async () => {
    await write(stone('a', 'red', 3), stone('b', null, 2), stone('c', 'red', 1), stone('d', 'blue', 5));
    const ids = async (...args: Parameters<ReturnType<typeof read>['where']>): Promise<string[]> =>
      (await read().where(...args)).map((s) => s.id);
    expect(await ids({ colour: 'red' }, { orderBy: 'weight' })).toEqual(['c', 'a']);
    expect(await ids({ colour: ['red', null] }, { orderBy: '-weight', limit: 2 })).toEqual(['a', 'b']);
    expect(await ids({ colour: [] })).toEqual([]);
    expect(await read().count({ colour: 'red' })).toBe(2);
    await expect(ids({ size: 1 })).rejects.toThrow('no column size');
  });

  it('finds rows in a range, both ends included', async () => {
    await write(stone('a', 'red', 3), stone('b', null, 2), stone('c', 'red', 1));
    const ids = async (range: object): Promise<string[]> => (await read().where({ weight: range })).map((s) => s.id);
    expect(await ids({ from: 2 })).toEqual(['a', 'b']);
    expect(await ids({ until: 2 })).toEqual(['b', 'c']);
    expect(await ids({ from: 2, until: 2 })).toEqual(['b']);
    expect(await ids({})).toEqual(['a', 'b', 'c']);
  });

  describe('terms', () => {
    const marked = (id: string, weight: number, ...marks: string[]): Stone => ({ ...stone(id, 'red', weight), marks });
    beforeEach(() =>
      write(
        marked('a', 3, 'x', 'y', 'y'),
        marked('b', 2, 'x'),
        marked('c', 1, 'y', 'long'.repeat(5000)),
        marked('d', 0),
      ),
    );
    const ids = async (...args: Parameters<ReturnType<typeof read>['where']>): Promise<string[]> =>
      (await read().where(...args)).map((s) => s.id);

    it.each([false, true])('find rows that have one of each list, in any order (walked: %s)', async (walk) => {
      expect(await ids({}, { terms: [['x']], walk })).toEqual(['a', 'b']);
      expect(await ids({}, { terms: [['x', 'y']], walk, orderBy: 'weight' })).toEqual(['c', 'b', 'a']);
      expect(await ids({}, { terms: [['x'], ['y']], walk })).toEqual(['a']);
      expect(await ids({ weight: { from: 2 } }, { terms: [['y']], walk })).toEqual(['a']);
      expect(await ids({}, { terms: [['x', 'y']], walk, orderBy: '-weight', limit: 2 })).toEqual(['a', 'b']);
      expect(await ids({}, { terms: [['long'.repeat(5000)]], walk })).toEqual(['c']);
      expect(await ids({}, { terms: [['z']], walk })).toEqual([]);
      expect(await ids({}, { terms: [[], ['x']], walk })).toEqual([]);
    });

    it('are counted up to a number, and stay when the row changes', async () => {
      expect(await read().countTerms(['x', 'y'], 10)).toBe(4);
      expect(await read().countTerms(['x', 'y'], 2)).toBe(2);
      expect(await read().countTerms([], 2)).toBe(0);
      const before = (await read().get('b'))!;
      await write({ ...before, weight: 9, marks: ['other'] });
      expect(await ids({}, { terms: [['x']] })).toEqual(['a', 'b']);
      expect(await ids({}, { terms: [['other']] })).toEqual([]);
    });
  });

  it('reads ahead for many loads with few statements, and later changes are seen all the same', async () => {
    await write(stone('a', 'red', 3), stone('b', 'blue', 2), stone('c', 'red', 1));
    await opened.database.transaction(async (tx) => {
      let asked = 0;
      const counting = {
        ...tx,
        rows: <R extends object>(...args: Parameters<typeof tx.rows>) => (asked++, tx.rows<R>(...args)),
      };
      const session = new Session(counting, 'quarry', tables, at);
      const load = (id: string, colour: string) => async (readers: typeof session.readers) => {
        const row = await readers.stones.get(id);
        return row ? readers.stones.where({ colour: row.colour }) : readers.stones.where({ colour });
      };
      await session.readAhead([load('a', 'x'), load('b', 'x'), load('nobody', 'green'), load('c', 'x')]);
      expect(asked).toBe(2);
      const { stones } = session.readers;
      expect(await stones.get('nobody')).toBeNull();
      expect((await stones.where({ colour: 'red' })).map((s) => s.id)).toEqual(['a', 'c']);
      expect(await stones.where({ colour: 'green' })).toEqual([]);
      expect(asked).toBe(2);
      const before = { stones: byId(await stones.get('a')) };
      session.apply(before, { stones: byId({ ...before.stones.get('a')!, colour: 'green' }, stone('n', 'red', 1)) });
      expect((await stones.where({ colour: 'red' })).map((s) => s.id)).toEqual(['c', 'n']);
      expect((await stones.where({ colour: ['green'] })).map((s) => s.id)).toEqual(['a']);
      expect(asked).toBe(2);
      expect((await stones.where({ colour: 'red' }, { orderBy: '-weight' })).map((s) => s.id)).toEqual(['n', 'c']);
      await session.flush();
    });
    expect((await read().where({ colour: 'green' })).map((s) => s.id)).toEqual(['a']);
  });

  it('saves and reads thousands of rows at once', async () => {
    await write(...Array.from({ length: 2500 }, (_, n) => stone(`s${n}`, 'grey', n)));
    expect(await read().count({ colour: 'grey' })).toBe(2500);
    expect(await read().getMany(Array.from({ length: 1200 }, (_, n) => `s${n}`))).toHaveLength(1200);
  });

  it('shows a session its own changes when it searches', async () => {
    await write(stone('a', 'red', 3));
    await opened.database.transaction(async (tx) => {
      const session = new Session(tx, 'quarry', tables, at);
      const before = { stones: byId(await session.readers.stones.get('a')) };
      session.apply(before, { stones: byId({ ...before.stones.get('a')!, colour: 'white' }) });
      expect((await session.readers.stones.where({ colour: 'white' })).map((s) => s.id)).toEqual(['a']);
      expect(await session.readers.stones.count({ colour: 'red' })).toBe(0);
    });
  });

  it('keeps the rows of one flow when another flow rolls back at the same time', async () => {
    const failing = opened.database.transaction(async (tx) => {
      await tx.change("INSERT INTO quarry_stone (id, revision, updated_at, doc) VALUES ('x', 1, '', '{}')");
      await new Promise((resolve) => setTimeout(resolve, 30));
      throw new Error('rolled back');
    });
    const kept = write(stone('y', 'red', 1));
    await expect(failing).rejects.toThrow('rolled back');
    await kept;
    expect(await read().get('y')).not.toBeNull();
    expect(await read().get('x')).toBeNull();
  });

  it('a light transaction is one like every other, and the next one waits for the disk again', async () => {
    const insert = (id: string) =>
      `INSERT INTO quarry_stone (id, revision, updated_at, doc) VALUES ('${id}', 1, '', '{"id":"${id}"}')`;
    await opened.database.lightTransaction((tx) => tx.change(insert('a')));
    const failing = opened.database.lightTransaction(async (tx) => {
      await tx.change(insert('b'));
      throw new Error('rolled back');
    });
    await Promise.all([expect(failing).rejects.toThrow('rolled back'), write(stone('c', 'red', 1))]);
    expect([await read().get('a'), await read().get('b'), await read().get('c')].map((row) => row !== null)).toEqual([
      true,
      false,
      true,
    ]);
    if (kind === 'sqlite')
      expect(await opened.database.writing.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
  });

  it('leaves nothing open when a change fails: the next ones are kept', async () => {
    await expect(opened.database.transaction((tx) => tx.change('INSERT INTO nowhere VALUES (1)'))).rejects.toThrow();
    await expect(write(stone('b', 'green', 1), { ...stone('c', 'red', 2), revision: 7 })).resolves.toBeUndefined();
    const second = await Database.open(opened.url);
    try {
      expect(await readersOn(second.reader, 'quarry', tables).stones.get('b')).not.toBeNull();
    } finally {
      await second.close();
    }
  });

  it('migrates once, and agrees with the live table specs', async () => {
    await migrate(opened.database, 'quarry', migrations);
    expect(await schemaDrift(opened.database, 'quarry', tables)).toEqual([]);
    expect(await schemaDrift(opened.database, 'quarry', { stones: table<Stone>('stone', {}) })).toHaveLength(2);
  });

  it('refuses a database that a newer program has made', async () => {
    await migrate(opened.database, 'quarry', [...migrations, { version: 202701010000, name: 'Future', tables: {} }]);
    const second = await Database.open(opened.url);
    try {
      await expect(migrate(second, 'quarry', migrations)).rejects.toMatchObject({ code: 'database-newer' });
    } finally {
      await second.close();
    }
  });
});

describe('a full disk', () => {
  it('refuses changes as unavailable, and what comes after it is kept', async () => {
    const opened = await openTestDatabase('sqlite');
    await migrate(opened.database, 'quarry', migrations);
    const fill = (id: string, bytes: number): Promise<number> =>
      opened.database.transaction((tx) =>
        tx.change('INSERT INTO quarry_stone (id, revision, updated_at, doc) VALUES ($1, 1, $2, $3)', [
          id,
          '',
          JSON.stringify({ id, pad: 'x'.repeat(bytes) }),
        ]),
      );
    const [{ page_count: pages }] = (await opened.database.writing.query('PRAGMA page_count')) as [
      { page_count: number },
    ];
    await opened.database.writing.query(`PRAGMA max_page_count = ${pages + 4}`);
    for (const id of ['a', 'b', 'c']) {
      await expect(fill(id, 1_000_000)).rejects.toMatchObject({ code: 'disk-full', kind: 'unavailable' });
    }
    await opened.database.writing.query('PRAGMA max_page_count = 1000000');
    await fill('d', 1_000_000);
    await expect(
      opened.database.transaction(async (tx) => {
        await tx.change("UPDATE quarry_stone SET doc = 'gone'");
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await fill('e', 10);
    const second = await Database.open(opened.url);
    expect(await second.reader.rows('SELECT id, length(doc) > 9 AS whole FROM quarry_stone ORDER BY id')).toEqual([
      { id: 'd', whole: 1 },
      { id: 'e', whole: 1 },
    ]);
    await second.close();
    await opened.dispose();
  });
});

describe('opening a database', () => {
  it('names what is wrong with an address, without its password', async () => {
    const failed = await Database.open('mysql://root:secret@host/x').catch((e: unknown) => e as AppError);
    expect(failed).toMatchObject({ code: 'database-url-malformed', kind: 'invalid' });
    expect((failed as AppError).message).not.toContain('secret');
  });
});
