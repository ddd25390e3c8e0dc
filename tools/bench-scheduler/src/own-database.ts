import { Database } from '@millrace/store';
import { randomBytes } from 'node:crypto';

/** A database of our own on a PostgreSQL server, beside the one that the address names. */
export async function ownDatabase(server: string): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await on(server, `CREATE DATABASE ${name}`);
  return { url: url.href, drop: () => on(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function on(server: string, sql: string): Promise<void> {
  const database = await Database.open(server);
  try {
    await database.writing.query(sql);
  } finally {
    await database.close();
  }
}
