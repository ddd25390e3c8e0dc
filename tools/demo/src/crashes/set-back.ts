import { apps } from '@millrace/contracts';
import { until } from '@millrace/testing/stories';
import type { World } from '../world';
import { childOf, kill } from './children';
import { databaseOf } from './copied-database';

/** Copies each service's database while it runs, as a backup does. */
export async function backUp(world: World): Promise<void> {
  for (const app of apps) await databaseOf(world, app).copy();
  world.view.say(`each of the ${apps.length} databases is copied`);
}

/** A database is as it was when it was copied, while all else is as it is now: others' databases, the bus, builds, mails. */
export async function setBack(world: World, app: (typeof apps)[number]): Promise<void> {
  const child = childOf(world, app);
  const starts = child.starts();
  kill(child);
  await databaseOf(world, app).putBack();
  world.view.say(`! the database of ${app} is set back`);
  await until({ what: `that ${app} is ready again`, seconds: 60, signal: world.signal }, async () =>
    child.starts() > starts && (await world.client.problemOf(app)) === null ? true : null,
  );
}
