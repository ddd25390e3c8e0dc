import { renameSync, rmSync } from 'node:fs';
import { doors } from '@millrace/contracts';
import type { Child } from '@millrace/supervisor';
import { apps } from '@millrace/contracts';
import { broken } from '../broken';
import { until } from '../until';
import type { World } from '../world';

/** Breaks what the configuration asks for while a cascade runs; settles when everything is up again. */
export async function interfere(world: World, cascade: string): Promise<void> {
  switch (world.config.crash) {
    case null:
      return;
    case 'services':
      return killEachService(world, cascade);
    case 'bus':
      return loseTheBus(world, cascade);
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

/** The middle: the root is validated, and dependants are being built or gated. */
async function somethingRuns(world: World, cascade: string): Promise<void> {
  await until({ what: `that cascade ${cascade} is in its middle`, seconds: 90, signal: world.signal }, async () => {
    const { rebuilds } = await world.client.call(doors.scheduler.cascade, { cascade });
    const busy = rebuilds.some((rebuild) => ['building', 'gating'].includes(rebuild.state));
    return busy && rebuilds.some((rebuild) => rebuild.state === 'validated') ? true : null;
  });
}

function childOf(world: World, name: string): Child {
  const child = world.children.find((one) => one.name === name);
  if (child) return child;
  throw broken(`there is no ${name} to kill`);
}

function kill(child: Child): void {
  const pid = child.pid();
  if (pid === null) throw broken(`${child.name} is dead already`);
  process.kill(pid, 'SIGKILL');
}
