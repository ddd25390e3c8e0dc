import type { AppError, Row } from '@millrace/kernel';
import { Database, Session, byId, integer, migrate, readersOn, table, text, type Migration } from '@millrace/store';
import { openTestDatabase, schemaDrift, testEngines, type TestDatabase } from './index';

interface Stone extends Row {
  readonly colour: string | null;
  readonly weight: number;
}
const tables = {
  stones: table<Stone>('stone', { colour: text((s) => s.colour), weight: integer((s) => s.weight) }, [['colour']]),
};
const migrations: readonly Migration[] = [
  {
    version: 202611230001,
    name: 'Stones',
    tables: { stone: { columns: { colour: 'text', weight: 'integer' }, indexes: [['colour']] } },
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
    expect(await schemaDrift(opened.database, 'quarry', { stones: table<Stone>('stone', {}) })).toHaveLength(1);
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
