import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '@millrace/kernel';
import * as sqlite3 from 'sqlite3';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Connection, Dialect, Parameter } from './connection';
import { DeferredChanges } from './deferred-changes';
import { overtakenIn, overtakenSchema } from './overtaken';
import { RowMemory } from './row-memory';
import { connectionOf } from './runner-connection';
import { storeFault, throwStoreFault } from './store-fault';
import { WalCheckpoints, ownCheckpoint } from './wal-checkpoints';
import { sqliteConnection, type SqliteConnection } from './sqlite-connection';

/** TypeORM makes SQLite verbose, and that takes a stack trace for each statement. */
const quietSqlite: object = { ...sqlite3, verbose: () => sqlite3 };

/** Pages that the writer keeps in memory, in KiB: an index is written all over. */
const cacheKib = 32_768;
/** A reader's pages are void with each commit of the writer. */
const readerCacheKib = 8192;

const whole = { begin: 'BEGIN IMMEDIATE', commit: 'COMMIT', rollback: '' };
const light = {
  begin: 'PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE',
  commit: 'COMMIT; PRAGMA synchronous = FULL',
  rollback: 'PRAGMA synchronous = FULL',
};

/**
 * One service's database. SQLite has one connection per data source, and a row that one flow wrote on it can vanish
 * with the rollback of another: so every write of either engine goes through {@link Database.transaction}, one after
 * another on SQLite, side by side on PostgreSQL. Reads outside of transactions have a connection of their own.
 */
export class Database {
  private tail: Promise<unknown> = Promise.resolve();
  /** Rows as they are committed; null where others write too. */
  readonly memory: RowMemory | null;
  private checkpoints: WalCheckpoints | null = null;

  private constructor(
    readonly kind: Dialect,
    readonly writing: DataSource,
    private readonly reading: DataSource,
    /** SQLite's two connections without TypeORM between; null on PostgreSQL. */
    private readonly direct: { readonly writer: SqliteConnection; readonly reader: SqliteConnection } | null,
  ) {
    this.memory = direct ? new RowMemory() : null;
  }

  /** `url`: `sqlite:<file>` or `postgres://…`. The file and its folder are made when they are missing. */
  static async open(url: string): Promise<Database> {
    if (url.startsWith('sqlite:')) return Database.openSqlite(url.slice('sqlite:'.length));
    if (!/^postgres(ql)?:\/\//.test(url)) {
      throw new AppError({
        code: 'database-url-malformed',
        kind: 'invalid',
        message: `'${url.replace(/:[^:@/]*@/, ':***@')}' names no database`,
        remedy: 'write sqlite:<file> or postgres://user@host/name',
      });
    }
    const options: DataSourceOptions = { type: 'postgres', url, migrationsTableName: 'millrace_migrations' };
    const source = await connect(new DataSource(options), url);
    return new Database('postgres', source, source, null);
  }

  private static async openSqlite(file: string): Promise<Database> {
    mkdirSync(dirname(file), { recursive: true });
    const writing = await connect(
      new DataSource({
        type: 'sqlite',
        driver: quietSqlite,
        database: file,
        enableWAL: true,
        busyErrorRetry: 50,
        migrationsTableName: 'millrace_migrations',
      }),
      file,
    );
    // FULL: what a message's ack promises must survive a power cut.
    const cache = `cache_size = -${cacheKib}`;
    const pragmas = ['synchronous = FULL', 'busy_timeout = 5000', 'foreign_keys = ON', cache, ownCheckpoint];
    for (const pragma of pragmas) {
      await writing.query(`PRAGMA ${pragma}`);
    }
    await handleOf(writing).run(overtakenSchema);
    const reading = await connect(new DataSource({ type: 'sqlite', driver: quietSqlite, database: file }), file);
    await reading.query('PRAGMA query_only = ON');
    await reading.query('PRAGMA busy_timeout = 5000');
    await reading.query(`PRAGMA cache_size = -${readerCacheKib}`);
    const database = new Database('sqlite', writing, reading, { writer: handleOf(writing), reader: handleOf(reading) });
    database.checkpoints = await WalCheckpoints.open(file, (work) => database.inTurn(work));
    return database;
  }

  /** Runs `work` in one transaction, on `tx` alone: it must not ask for another one. `locks`: keys held until its end (PostgreSQL). */
  async transaction<Result>(work: (tx: Connection) => Promise<Result>, locks: readonly string[] = []): Promise<Result> {
    const direct = this.direct;
    return this.inTurn(() => (direct ? this.performDirect(direct.writer, work, whole) : this.perform(work, locks)));
  }

  /**
   * A transaction that a power cut (not the death of a process) may undo, whole: it waits for no disk. For what is found
   * out again by itself.
   */
  async lightTransaction<Result>(work: (tx: Connection) => Promise<Result>): Promise<Result> {
    return this.inTurn(async () => {
      if (this.direct) return this.performDirect(this.direct.writer, work, light);
      return this.perform(async (tx) => {
        await tx.rows('SET LOCAL synchronous_commit = off');
        return work(tx);
      }, []);
    });
  }

  private inTurn<Result>(perform: () => Promise<Result>): Promise<Result> {
    if (this.kind === 'postgres') return perform();
    const turn = this.tail.then(perform);
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  private async perform<Result>(work: (tx: Connection) => Promise<Result>, locks: readonly string[]): Promise<Result> {
    const runner = this.writing.createQueryRunner();
    try {
      await runner.query('BEGIN');
      for (const key of [...new Set(locks)].sort()) {
        await runner.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
      }
      const tx = connectionOf(runner);
      const result = await work(tx);
      await runner.query('COMMIT');
      return result;
    } catch (thrown) {
      // Nothing to roll back is as good: the connection is gone.
      await runner.query('ROLLBACK').catch(() => undefined);
      throw storeFault(thrown);
    } finally {
      await runner.release();
    }
  }

  private async performDirect<Result>(
    tx: SqliteConnection,
    work: (tx: Connection) => Promise<Result>,
    { begin, commit, rollback }: typeof whole,
  ): Promise<Result> {
    // Not TypeORM's own bookkeeping: SQLite ends a transaction by itself when the disk is full, and TypeORM would then
    // nest the next ones in one that is never committed.
    const changes = new DeferredChanges(tx, { begin, commit }, this.direct?.reader);
    try {
      const result = await work(changes.connection);
      if (await changes.commit()) this.checkpoints?.committed(changes.characters);
      return result;
    } catch (thrown) {
      this.memory?.clear();
      await changes.ended();
      // Nothing to roll back is as good: the engine did it.
      await tx.run('ROLLBACK').catch(() => undefined);
      await tx.run(rollback);
      throw overtakenIn(thrown) ?? storeFault(thrown);
    }
  }

  /** A reading connection: sees what is committed, never holds up a writer. */
  get reader(): Connection {
    const rows = this.direct
      ? this.direct.reader.rows
      : async <Result extends object>(sql: string, parameters: readonly Parameter[] = []) =>
          (await this.reading.query(sql, [...parameters])) as Result[];
    return {
      dialect: this.kind,
      rows: async <Result extends object>(sql: string, parameters: readonly Parameter[] = []) =>
        rows<Result>(sql, parameters).catch(throwStoreFault),
      change: readsOnly,
      defer: readsOnly,
    };
  }

  async close(): Promise<void> {
    await this.tail;
    await this.checkpoints?.close();
    await Promise.all([this.direct?.writer.release(), this.direct?.reader.release()]);
    await this.writing.destroy();
    if (this.reading !== this.writing) await this.reading.destroy();
  }
}

function readsOnly(): Promise<never> {
  return Promise.reject(new Error('a reading connection changes nothing'));
}

/** TypeORM's own handle: what goes past it is on the same connection. */
function handleOf(source: DataSource): SqliteConnection {
  const { databaseConnection } = source.driver as unknown as { readonly databaseConnection: sqlite3.Database };
  return sqliteConnection(databaseConnection);
}

async function connect(source: DataSource, name: string): Promise<DataSource> {
  try {
    return await source.initialize();
  } catch (thrown) {
    throw new AppError({
      code: 'database-unreachable',
      kind: 'unavailable',
      message: `the database ${name.replace(/:[^:@/]*@/, ':***@')} cannot be opened: ${(thrown as Error).message}`,
      remedy: 'check that the folder is writable (SQLite), or that the server answers (PostgreSQL)',
      cause: thrown,
    });
  }
}
