import { renameSync, rmSync } from 'node:fs';
import { doors } from '@millrace/contracts';
import { apps } from '@millrace/contracts';
import { until } from '@millrace/testing/stories';
import type { World } from '../world';
import { childOf, kill } from './children';
import { backUp, setBack } from './set-back';

/** Breaks what the configuration asks for while a cascade runs; settles when everything is up again. */
export async function interfere(world: World, cascade: string): Promise<void> {
  switch (world.config.crash) {
    case null:
      return;
    case 'services':
      return killEachService(world, cascade);
    case 'bus':
      return loseTheBus(world, cascade);
    case 'restore':
      return restoreEach(world, cascade);
  }
}

/** `kill -9` of each service, one after another; the next when the last one is ready again. */
async function killEachService(world: World, cascade: string): Promise<void> {
  await somethingRuns(world, cascade);
  for (const app of apps) {
    const child = childOf(world, app);
    const starts = child.starts();
    kill(child);
    world.view.say(`! kill -9 ${app}`);
    await until({ what: `that ${app} is ready again`, seconds: 60, signal: world.signal }, async () =>
      child.starts() > starts && (await world.client.problemOf(app)) === null ? true : null,
    );
  }
}

/** nats-server is killed and its JetStream folder removed before it is started again: the bus forgets everything. */
async function loseTheBus(world: World, cascade: string): Promise<void> {
  await somethingRuns(world, cascade);
  const child = childOf(world, 'nats-server');
  const store = world.mill.folder.natsStore;
  const starts = child.starts();
  kill(child);
  // Moved away at once, so that the server that is started again finds nothing.
  renameSync(store, `${store}.lost`);
  rmSync(`${store}.lost`, { recursive: true, force: true });
  world.view.say('! kill -9 nats-server, and its JetStream folder is gone');
  for (const app of apps) {
    await until({ what: `that ${app} is ready again`, seconds: 60, signal: world.signal }, async () =>
      child.starts() > starts && (await world.client.problemOf(app)) === null ? true : null,
    );
  }
}

/** Each database in turn is set back to the middle of the cascade while everything else goes on from where it is. */
async function restoreEach(world: World, cascade: string): Promise<void> {
  await somethingRuns(world, cascade);
  await backUp(world);
  const validated = async (): Promise<number> => {
    const { rebuilds } = await world.client.call(doors.scheduler.cascade, { cascade });
    return rebuilds.filter((rebuild) => rebuild.state === 'validated').length;
  };
  const before = await validated();
  const what = `that cascade ${cascade} is three builds further`;
  await until({ what, seconds: 90, signal: world.signal }, async () =>
    (await validated()) >= before + 3 ? true : null,
  );
  for (const app of apps) await setBack(world, app);
}

/** The middle: the root is validated, and dependants are being built or gated. */
async function somethingRuns(world: World, cascade: string): Promise<void> {
  await until({ what: `that cascade ${cascade} is in its middle`, seconds: 90, signal: world.signal }, async () => {
    const { rebuilds } = await world.client.call(doors.scheduler.cascade, { cascade });
    const busy = rebuilds.some((rebuild) => ['building', 'gating'].includes(rebuild.state));
    return busy && rebuilds.some((rebuild) => rebuild.state === 'validated') ? true : null;
  });
}
