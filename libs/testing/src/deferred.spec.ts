import { engineMigration, insertDocuments, engineTable } from '@millrace/engine';
import { migrate, type Connection } from '@millrace/store';
import { openTestDatabase, testEngines, type TestDatabase } from './index';

const app = 'quay';
const at = '2026-01-31T09:30:00.000Z';
const table = engineTable(app, 'parked');
const insert = `INSERT INTO ${table} (id, revision, updated_at, until, doc) VALUES ($1, 1, '${at}', $2, $3)`;
const release = `UPDATE ${table} SET until = $1 WHERE id = $2`;

describe.each(testEngines)('changes that nobody waits for on %s', (kind) => {
  let opened: TestDatabase;
  beforeEach(async () => {
    opened = await openTestDatabase(kind);
    await migrate(opened.database, app, [engineMigration]);
  });
  afterEach(() => opened.dispose());

  const read = (on: Connection) => on.rows<{ id: string; until: string }>(`SELECT id, until FROM ${table} ORDER BY id`);

  it('are seen by what is read after them, and are there after the commit', async () => {
    const seen = await opened.database.transaction(async (tx) => {
      await tx.defer(insert, ['a', "it's $2; COMMIT", '{}']);
      await tx.defer(insert, ['b', null, '{}']);
      const found = await read(tx);
      await tx.defer(release, ['now', 'b'], { name: table, rows: 1 });
      return found;
    });
    expect(seen).toEqual([
      { id: 'a', until: "it's $2; COMMIT" },
      { id: 'b', until: null },
    ]);
    expect(await read(opened.database.reader)).toEqual([
      { id: 'a', until: "it's $2; COMMIT" },
      { id: 'b', until: 'now' },
    ]);
  });

  it('are seen by all that is read at one time, and nothing is seen before them but what is committed', async () => {
    await opened.database.transaction((tx) => tx.defer(insert, ['a', null, '{}']));
    const found = await opened.database.transaction(async (tx) => {
      const before = await Promise.all([read(tx), read(tx), read(tx)]);
      await tx.defer(insert, ['b', null, '{}']);
      return [...before, ...(await Promise.all([read(tx), read(tx), read(tx)]))];
    });
    expect(found.map((rows) => rows.map(({ id }) => id).join())).toEqual(['a', 'a', 'a', 'a,b', 'a,b', 'a,b']);
  });

  it('go back with everything else when one of them touches less than it must', async () => {
    const late = opened.database.transaction(async (tx) => {
      await tx.change(insert, ['a', null, '{}']);
      await tx.defer(insert, ['b', null, '{}']);
      await tx.defer(release, ['now', 'c'], { name: table, rows: 1 });
    });
    await expect(late).rejects.toMatchObject({
      code: 'revision-conflict',
      kind: 'conflict',
      message: `1 rows of ${table} were changed by somebody else meanwhile`,
    });
    expect(await read(opened.database.reader)).toEqual([]);
    await opened.database.transaction((tx) => tx.defer(insert, ['d', null, '{}']));
    expect(await read(opened.database.reader)).toHaveLength(1);
  });

  it('go back also when there are very many of them, and the work fails while they are written', async () => {
    const long = JSON.stringify('x'.repeat(30_000));
    for (const fails of [true, false]) {
      const done = opened.database.transaction(async (tx) => {
        for (let n = 0; n < 20; n++) await tx.defer(insert, [`a${n}`, null, long], { name: table, rows: 1 });
        if (fails) throw new Error('in the middle');
      });
      await (fails ? expect(done).rejects.toThrow('in the middle') : done);
      expect(await read(opened.database.reader)).toHaveLength(fails ? 0 : 20);
    }
    const again = opened.database.transaction(async (tx) => {
      await tx.defer(release, ['now', 'none'], { name: table, rows: 1 });
      for (let n = 20; n < 40; n++) await tx.defer(insert, [`a${n}`, null, long], { name: table, rows: 1 });
    });
    await expect(again).rejects.toMatchObject({ code: 'revision-conflict' });
    expect(await read(opened.database.reader)).toHaveLength(20);
  });

  it('fail on rows that are there already, where that is asked for', async () => {
    const keep = (tx: Connection, ids: readonly string[], whenThere: 'keep' | 'fail') =>
      insertDocuments(
        tx,
        app,
        'parked',
        ids.map((id) => ({ id, doc: {} })),
        at,
        whenThere,
      );
    await opened.database.transaction((tx) => keep(tx, ['a', 'b'], 'fail'));
    await opened.database.transaction((tx) => keep(tx, ['b', 'c'], 'keep'));
    const again = opened.database.transaction((tx) => keep(tx, ['d', 'c'], 'fail'));
    await expect(again).rejects.toMatchObject({ code: 'revision-conflict' });
    expect((await read(opened.database.reader)).map((row) => row.id)).toEqual(['a', 'b', 'c']);
  });
});

it('text that a script cannot hold is written all the same (SQLite)', async () => {
  const { database, dispose } = await openTestDatabase('sqlite');
  await migrate(database, app, [engineMigration]);
  await database.transaction(async (tx) => {
    await tx.defer(insert, ['a', null, '{}']);
    await tx.defer(release, ['zero \0 byte', 'a'], { name: table, rows: 1 });
  });
  const [row] = await database.reader.rows<{ size: number }>(`SELECT octet_length(until) AS size FROM ${table}`);
  expect(row?.size).toBe(11);
  await dispose();
});
