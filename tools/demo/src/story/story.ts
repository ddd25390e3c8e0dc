import { performance } from 'node:perf_hooks';
import { interfere } from '../crashes/interfere';
import { nothingWasBuiltTwice } from '../crashes/orders';
import { outcomeOf, type Outcome } from '../outcome';
import type { World } from '../world';
import { bootstrap } from './bootstrap';
import { catchesUp } from './catches-up';
import { fixByHand, fixes, oldBuildIsOnlySeen } from './by-hand';
import { composeIsMade, installFromCompose } from './compose';
import { cascadeCompletes, pushedFixesStartNothing } from './completion';
import { maintainersAreTold, nobodyWasToldTwice } from './mails';
import { sonameLands, twoFail } from './soname';

/**
 * The whole story over the public doors only. Each step throws when what it tells of did not happen. With a crash in
 * its configuration, things are broken in the middle of step 2, and the same end is asked for.
 */
export async function tellStory(world: World): Promise<Outcome> {
  const from = performance.now();
  const first = await bootstrap(world);
  const id = await sonameLands(world);
  const over = interfere(world, id);
  // Its fault is told when it is waited for.
  over.catch(() => undefined);
  await twoFail(world, id);
  await over;
  await maintainersAreTold(world);
  await oldBuildIsOnlySeen(world, id);
  for (const fix of fixes) await fixByHand(world, id, fix);
  const cascade = await cascadeCompletes(world, id);
  const compose = await composeIsMade(world, cascade);
  await installFromCompose(world, compose);
  await pushedFixesStartNothing(world, [first, cascade]);
  await nothingWasBuiltTwice(world);
  const mails = await nobodyWasToldTwice(world);
  if (world.config.crash === 'restore') {
    await catchesUp(world, cascade);
    await pushedFixesStartNothing(world, [first, cascade]);
    await nothingWasBuiltTwice(world);
  }
  const seconds = (performance.now() - from) / 1000;
  return outcomeOf({ bootstrap: first, cascade, mails, compose, seconds, setupSeconds: world.config.setupSeconds });
}
