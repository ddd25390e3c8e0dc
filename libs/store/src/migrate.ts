import { AppError } from '@millrace/kernel';
import { Table as SqlTable, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { asideTable } from './aside';
import type { Connection } from './connection';
import type { Database } from './database';
import type { FrozenTable, Migration } from './migration';
import { connectionOf } from './runner-connection';
import { termsTable } from './terms';

/**
 * Brings the database to the newest schema, all steps in one transaction. Refuses one that a newer program has made.
 * `app` is the prefix of the tables and of the steps' names.
 */
export async function migrate(database: Database, app: string, migrations: readonly Migration[]): Promise<void> {
  const prefix = tablePrefix(app);
  const known = migrations.map((migration) => migrationName(prefix, migration));
  await refuseNewer(database, prefix, known);
  const source = database.writing;
  const steps = migrations.map((migration) => toTypeOrm(prefix, migration));
  source.setOptions({ migrations: steps });
  await (source as unknown as { buildMetadatas(): Promise<void> }).buildMetadatas();
  await database.transaction(() => Promise.resolve()); // waits for the writer's turn
  await source.runMigrations({ transaction: 'all' });
}

export function tablePrefix(app: string): string {
  return app.replace(/-/g, '_');
}

async function refuseNewer(database: Database, prefix: string, known: readonly string[]): Promise<void> {
  if (!(await hasTable(database, 'millrace_migrations'))) return;
  const rows = await database.reader.rows<{ name: string }>('SELECT name FROM millrace_migrations ORDER BY id');
  const foreign = rows.filter(({ name }) => name.startsWith(`${prefix}_`) && !known.includes(name));
  if (foreign.length === 0) return;
  throw new AppError({
    code: 'database-newer',
    kind: 'conflict',
    message: `the database was made by a newer Millrace: it has the step ${foreign[foreign.length - 1]!.name}, which this program does not know`,
    remedy: 'start the newer program, or restore the backup that was made before the upgrade',
  });
}

async function hasTable(database: Database, name: string): Promise<boolean> {
  const runner = database.writing.createQueryRunner();
  try {
    return await runner.hasTable(name);
  } finally {
    if (database.kind === 'postgres') await runner.release();
  }
}

function migrationName(prefix: string, migration: Migration): string {
  // TypeORM wants a JavaScript timestamp at the end of the name.
  const v = String(migration.version);
  const at = Date.UTC(+v.slice(0, 4), +v.slice(4, 6) - 1, +v.slice(6, 8), +v.slice(8, 10), +v.slice(10, 12));
  return `${prefix}_${migration.name}${at}`;
}

function toTypeOrm(prefix: string, migration: Migration): new () => MigrationInterface {
  const name = migrationName(prefix, migration);
  return {
    [name]: class implements MigrationInterface {
      readonly name = name;
      async up(runner: QueryRunner): Promise<void> {
        for (const [table, frozen] of Object.entries(migration.tables)) {
          await runner.createTable(sqlTable(`${prefix}_${table}`, frozen));
        }
        for (const [table, frozen] of Object.entries(migration.widened ?? {})) {
          for (const sql of widening(`${prefix}_${table}`, frozen)) await runner.query(sql);
        }
        for (const table of migration.terms ?? []) await createTerms(runner, `${prefix}_${table}`);
        for (const table of migration.aside ?? []) await createAside(runner, `${prefix}_${table}`);
        await migration.move?.(connectionOf(runner), (table) => `${prefix}_${table}`);
        for (const table of migration.drops ?? []) await runner.dropTable(`${prefix}_${table}`);
      }
      async down(runner: QueryRunner): Promise<void> {
        for (const table of migration.terms ?? []) await runner.query(`DROP TABLE ${termsTable(`${prefix}_${table}`)}`);
        for (const table of migration.aside ?? []) await runner.query(`DROP TABLE ${asideTable(`${prefix}_${table}`)}`);
        for (const table of Object.keys(migration.tables)) await runner.dropTable(`${prefix}_${table}`);
      }
    },
  }[name] as new () => MigrationInterface;
}

/** Terms are the whole row: SQLite keeps them in the index alone. */
async function createTerms(runner: QueryRunner, table: string): Promise<void> {
  const compact = runner.connection.options.type === 'sqlite' ? ' WITHOUT ROWID' : '';
  await runner.query(
    `CREATE TABLE ${termsTable(table)} (term bigint NOT NULL, row_id text NOT NULL, PRIMARY KEY (term, row_id))${compact}`,
  );
}

async function createAside(runner: QueryRunner, table: string): Promise<void> {
  const compact = runner.connection.options.type === 'sqlite' ? ' WITHOUT ROWID' : '';
  await runner.query(
    `CREATE TABLE ${asideTable(table)} (row_id text PRIMARY KEY, aside_revision integer NOT NULL, aside_doc text NOT NULL)${compact}`,
  );
}

function widening(name: string, frozen: FrozenTable): string[] {
  const columns = Object.entries(frozen.columns).map(
    ([column, type]) => `ALTER TABLE ${name} ADD COLUMN ${column} ${type}`,
  );
  const indexes = frozen.indexes.map((by) => `CREATE INDEX ${name}_by_${by.join('_')} ON ${name} (${by.join(', ')})`);
  return [...columns, ...indexes];
}

function sqlTable(name: string, frozen: FrozenTable): SqlTable {
  return new SqlTable({
    name,
    columns: [
      { name: 'id', type: 'text', isPrimary: true },
      { name: 'revision', type: 'integer' },
      { name: 'updated_at', type: 'text' },
      ...Object.entries(frozen.columns).map(([column, type]) => ({ name: column, type, isNullable: true })),
      { name: 'doc', type: 'text' },
    ],
    indices: frozen.indexes.map(
      (columns) => new TableIndex({ name: `${name}_by_${columns.join('_')}`, columnNames: [...columns] }),
    ),
  });
}

/** Column names per table as the database has them; for the drift check. */
export async function columnsOf(
  connection: Connection,
  kind: Database['kind'],
  table: string,
): Promise<readonly string[]> {
  const rows =
    kind === 'sqlite'
      ? await connection.rows<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`)
      : await connection.rows<{ name: string }>(
          'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1',
          [table],
        );
  return rows.map(({ name }) => name).sort();
}
