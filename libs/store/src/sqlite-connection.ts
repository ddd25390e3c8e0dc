import type { Database as SqliteHandle, Statement } from 'sqlite3';
import type { Connection, Parameter } from './connection';

/** Statements that a connection keeps prepared: more than a service has, without those that are written for one use. */
const mostPrepared = 256;

export interface SqliteConnection extends Omit<Connection, 'defer'> {
  /** Runs a script without parameters, of any number of statements. */
  run(script: string): Promise<void>;
  /** Lets go of what is prepared, so that the file can be closed. */
  release(): Promise<void>;
}

/**
 * A connection straight to the driver. Each step of a statement is a journey to another thread and back: a statement is
 * prepared once, and later runs are one journey.
 */
export function sqliteConnection(handle: SqliteHandle): SqliteConnection {
  const prepared = new Map<string, Promise<Statement>>();
  const statement = (sql: string): Promise<Statement> => {
    const found = prepared.get(sql) ?? prepare(handle, sql);
    prepared.delete(sql);
    prepared.set(sql, found);
    found.catch(() => prepared.delete(sql));
    if (prepared.size > mostPrepared) forgetOldest(prepared);
    return found;
  };
  return {
    dialect: 'sqlite',
    rows: async <Result extends object>(sql: string, parameters: readonly Parameter[] = []) =>
      allOf<Result>(await statement(sql), parameters),
    change: async (sql, parameters = []) => changesOf(await statement(sql), parameters),
    run: (script) =>
      new Promise((resolve, reject) => {
        handle.exec(script, (error) => (error ? reject(error) : resolve()));
      }),
    release: async () => {
      const all = [...prepared.values()];
      prepared.clear();
      await Promise.allSettled(all.map(async (one) => finalized(await one)));
    },
  };
}

function prepare(handle: SqliteHandle, sql: string): Promise<Statement> {
  return new Promise((resolve, reject) => {
    handle.prepare(sql, function (error: Error | null) {
      if (error) reject(error);
      else resolve(this);
    });
  });
}

function allOf<Result>(statement: Statement, parameters: readonly Parameter[]): Promise<Result[]> {
  return new Promise((resolve, reject) => {
    statement.all([...parameters], (error: Error | null, rows: unknown[]) => {
      if (error) reject(error);
      else resolve(rows as Result[]);
    });
  });
}

function changesOf(statement: Statement, parameters: readonly Parameter[]): Promise<number> {
  return new Promise((resolve, reject) => {
    statement.run([...parameters], function (error: Error | null) {
      if (error) reject(error);
      else resolve(this.changes);
    });
  });
}

function forgetOldest(prepared: Map<string, Promise<Statement>>): void {
  const [sql, oldest] = prepared.entries().next().value!;
  prepared.delete(sql);
  oldest.then(finalized, () => undefined);
}

/** After what it still has to do. */
function finalized(statement: Statement): Promise<void> {
  return new Promise((resolve) => statement.finalize(() => resolve()));
}
