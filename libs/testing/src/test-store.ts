import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, type Machine, type TypedInput } from '@millrace/engine';
import { Database, migrate, readersOn, type Migration, type Readers, type Tables } from '@millrace/store';
import { uuidv7 } from 'uuidv7';

export interface TestDatabase {
  readonly database: Database;
  /** The URL, to open it a second time. */
  readonly url: string;
  dispose(): Promise<void>;
}

/** The engines that a store suite runs on: SQLite always, PostgreSQL when MILLRACE_TEST_POSTGRES names one. */
export const testEngines: readonly ('sqlite' | 'postgres')[] = postgresUrl() ? ['sqlite', 'postgres'] : ['sqlite'];

function postgresUrl(): string | undefined {
  return process.env['MILLRACE_TEST_POSTGRES'] || undefined;
}

/** An empty database: a file in a folder of its own, or a fresh PostgreSQL database on the given server. */
export async function openTestDatabase(kind: 'sqlite' | 'postgres' = 'sqlite'): Promise<TestDatabase> {
  if (kind === 'postgres') return openPostgres();
  const dir = mkdtempSync(join(tmpdir(), 'millrace-store-'));
  const url = `sqlite:${join(dir, 'test.sqlite')}`;
  const database = await Database.open(url);
  return {
    database,
    url,
    dispose: async () => {
      await database.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function openPostgres(): Promise<TestDatabase> {
  const name = `millrace_${randomBytes(6).toString('hex')}`;
  const server = await Database.open(postgresUrl()!);
  await server.writing.query(`CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl()!);
  url.pathname = `/${name}`;
  const database = await Database.open(url.href);
  return {
    database,
    url: url.href,
    dispose: async () => {
      await database.close();
      await server.writing.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.close();
    },
  };
}

export interface TestStore<T extends Tables, Input extends TypedInput> extends TestDatabase {
  readonly engine: Engine<T, Input>;
  readonly read: Readers<T>;
  /** Decides an input and answers with its reply; throws when it is refused or parked. */
  take(input: Input, id?: string): Promise<unknown>;
}

/** A machine on a real, migrated database, with its engine: what `runService` makes, without bus and doors. */
export async function openTestStore<T extends Tables, Input extends TypedInput>(
  machine: Machine<T, Input>,
  migrations: readonly Migration[],
  kind: 'sqlite' | 'postgres' = 'sqlite',
  now: () => number = Date.now,
): Promise<TestStore<T, Input>> {
  const opened = await openTestDatabase(kind);
  await migrate(opened.database, machine.app, migrations);
  const engine = new Engine<T, Input>(opened.database, machine, { newId: uuidv7, now });
  return {
    ...opened,
    engine,
    read: readersOn(opened.database.reader, machine.app, machine.tables),
    take: async (input, id = uuidv7()) => {
      const taken = await engine.take(input, { id, source: 'test', who: 'tester' });
      if (taken.status === 'decided' || taken.status === 'duplicate') return taken.reply;
      throw new Error(`${input.type} was ${taken.status}: ${JSON.stringify(taken)}`);
    },
    dispose: async () => {
      await engine.close();
      await opened.dispose();
    },
  };
}
