import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { apps } from '@millrace/contracts';
import { Database } from '@millrace/store';
import { until } from '@millrace/testing/stories';
import type { World } from '../world';
import { childOf, kill } from './children';

type App = (typeof apps)[number];

/** Copies each service's database while it runs, as a backup does. */
export async function backUp(world: World): Promise<void> {
  for (const app of apps) {
    const { file, copy } = filesOf(world, app);
    mkdirSync(join(copy, '..'), { recursive: true });
    const database = await Database.open(`sqlite:${file}`);
    try {
      await database.writing.query('VACUUM INTO ?', [copy]);
    } finally {
      await database.close();
    }
  }
  world.view.say(`each of the ${apps.length} databases is copied`);
}

/** A database is as it was when it was copied, while all else is as it is now: others' databases, the bus, builds, mails. */
export async function setBack(world: World, app: App): Promise<void> {
  const child = childOf(world, app);
  const starts = child.starts();
  kill(child);
  putBack(filesOf(world, app));
  world.view.say(`! the database of ${app} is set back`);
  await until({ what: `that ${app} is ready again`, seconds: 60, signal: world.signal }, async () =>
    child.starts() > starts && (await world.client.problemOf(app)) === null ? true : null,
  );
}

/** By rename, and at once: what the killed process may still be writing is no longer there, and the next finds the copy. */
function putBack({ file, copy }: Files): void {
  const fresh = `${file}.set-back`;
  copyFileSync(copy, fresh);
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  renameSync(fresh, file);
}

interface Files {
  readonly file: string;
  readonly copy: string;
}

function filesOf({ dir }: World, app: App): Files {
  return { file: join(dir, app, `${app}.sqlite`), copy: join(dir, 'copies', `${app}.sqlite`) };
}
