import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { apps } from '@millrace/contracts';
import { Database } from '@millrace/store';
import type { World } from '../world';

type App = (typeof apps)[number];

/** A service's database that is copied while it runs, and put back later. */
export interface CopiedDatabase {
  copy(): Promise<void>;
  /** Everything in it is as it was when it was copied; its service has just been killed. */
  putBack(): Promise<void>;
}

export function databaseOf({ dir, config }: World, app: App): CopiedDatabase {
  return config.postgres === null ? sqlite(dir, app) : postgres(addressOf(config.postgres, app));
}

/** An empty database for each service on a server, and the settings that name them. */
export async function makeDatabases(server: string, names: readonly App[]): Promise<Readonly<Record<string, string>>> {
  const database = await Database.open(server);
  try {
    for (const app of names) {
      await database.writing.query(`DROP DATABASE IF EXISTS ${nameOf(app)} WITH (FORCE)`);
      await database.writing.query(`CREATE DATABASE ${nameOf(app)}`);
    }
  } finally {
    await database.close();
  }
  const setting = (app: App): string => `MILLRACE_${app.toUpperCase().replace('-', '_')}_DATABASE_URL`;
  return Object.fromEntries(names.map((app) => [setting(app), addressOf(server, app)]));
}

function nameOf(app: App): string {
  return `millrace_story_${app.replace('-', '_')}`;
}

function addressOf(server: string, app: App): string {
  const url = new URL(server);
  url.pathname = `/${nameOf(app)}`;
  return url.href;
}

function sqlite(dir: string, app: App): CopiedDatabase {
  const file = join(dir, app, `${app}.sqlite`);
  const copy = join(dir, 'copies', `${app}.sqlite`);
  return {
    copy: async () => {
      mkdirSync(join(copy, '..'), { recursive: true });
      await on(`sqlite:${file}`, (database) => database.writing.query('VACUUM INTO ?', [copy]));
    },
    // By rename, and at once: what the killed process may still be writing is no longer there, and the next finds the copy.
    putBack: () => {
      const fresh = `${file}.set-back`;
      copyFileSync(copy, fresh);
      for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      renameSync(fresh, file);
      return Promise.resolve();
    },
  };
}

/** The copy is a schema beside the service's own, made of one snapshot, so that no program of PostgreSQL's is needed. */
function postgres(url: string): CopiedDatabase {
  const listed = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`;
  return {
    copy: () =>
      on(url, (database) =>
        database.transaction(async (tx) => {
          await tx.rows('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
          await tx.rows('CREATE SCHEMA copied');
          for (const { name } of await tx.rows<{ name: string }>(listed))
            await tx.rows(`CREATE TABLE copied.${name} AS TABLE public.${name}`);
        }),
      ),
    // The emptying locks all of them: the service that is started again finds the copy.
    putBack: () =>
      on(url, (database) =>
        database.transaction(async (tx) => {
          const names = (await tx.rows<{ name: string }>(listed)).map(({ name }) => name);
          await tx.rows(`TRUNCATE ${names.map((name) => `public.${name}`).join(', ')}`);
          for (const name of names) await tx.rows(`INSERT INTO public.${name} SELECT * FROM copied.${name}`);
        }),
      ),
  };
}

async function on(url: string, act: (database: Database) => Promise<unknown>): Promise<void> {
  const database = await Database.open(url);
  try {
    await act(database);
  } finally {
    await database.close();
  }
}
