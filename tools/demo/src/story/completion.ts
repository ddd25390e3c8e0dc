import { doors } from '@millrace/contracts';
import { expectThat } from '@millrace/testing/stories';
import { watch } from '../watcher';
import { release, type World } from '../world';
import { sayFailures } from './bootstrap';
import { rebuildsWereBumped } from './bumps';
import { cascadeIs, inState, rebuildOf, type Cascade } from './cascades';
import { fixes } from './by-hand';

const kinds = ['module/grinding:1.0', 'stack/mill', 'container/millhouse'];

/** The cascade picked up where it left off, and completes: components first, then the module, the stack, the image. */
export async function cascadeCompletes(world: World, id: string): Promise<Cascade> {
  const stop = watch(world, id);
  const cascade = await cascadeIs(world, id, ['completed', 'stalled', 'cancelled'], 240).finally(stop);
  expectThat(cascade.state === 'completed', `cascade ${id} is ${cascade.state}: ${sayFailures(cascade)}`);
  const failed = inState(cascade, 'failed', 'rejected');
  expectThat(failed.length === 0, `these are failed at the end: ${failed.join(', ')}`);
  const missing = kinds.filter((component) => rebuildOf(cascade, component)?.state !== 'validated');
  expectThat(missing.length === 0, `these were not rebuilt: ${missing.join(', ')}`);
  const resumed = cascade.rebuilds.filter((rebuild) => rebuild.resumed).map((rebuild) => rebuild.component);
  expectThat(resumed.length === fixes.length, `these went on by a hand-made build: ${resumed.join(', ') || 'none'}`);
  expectThat(cascade.landed, `cascade ${id} is complete, but did not land`);
  await rebuildsWereBumped(world, cascade);
  world.view.say(`${cascade.rebuilds.length} rebuilds in ${cascade.tiers} tiers; ${resumed.length} by hand; landed`);
  return cascade;
}

/** The fixes were pushed when they were built and taken already: they are no changes any more. */
export async function pushedFixesStartNothing(world: World, known: readonly Cascade[]): Promise<void> {
  const { cascades } = await world.client.call(doors.scheduler.cascades, { release });
  const ids = known.map(({ cascade }) => cascade);
  const others = cascades.filter(({ cascade }) => !ids.includes(cascade));
  const words = others.map(({ cascade, roots, why }) => `${cascade} of ${roots.join(', ')} (${why})`);
  expectThat(others.length === 0, `more was started than the story tells: ${words.join('; ')}`);
}
