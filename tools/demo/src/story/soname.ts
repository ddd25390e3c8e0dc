import { join } from 'node:path';
import { expectThat } from '@millrace/testing/stories';
import { checkOut, commitOverlay, push } from '../dist-git';
import { watch } from '../watcher';
import { example, type World } from '../world';
import { cascadeIs, cascadeWithRoot, inState, rebuildOf, type Cascade } from './cascades';
import { people, type Person } from './people';

/** Built with the new library, and in need of nobody who fails. */
const goOn = ['rpm/libstone', 'rpm/libmill', 'rpm/libgrain', 'rpm/libsluice', 'rpm/bolter', 'rpm/penstock'];
/** Need libflour or quern. */
const wait = [
  'rpm/libbread',
  'rpm/millwheel',
  'rpm/granary',
  'rpm/millhouse',
  'module/grinding:1.0',
  'stack/mill',
  'container/millhouse',
];
/** Have nothing to do with it. */
const untouched = ['rpm/steelyard', 'rpm/librune', 'rpm/runedoc', 'rpm/almanac', 'rpm/mill-measures'];

export function checkoutOf(world: World, person: Person, component: string): string {
  return join(world.dir, 'maintainers', person, component);
}

/** A library's new version with a new soname is committed. Gives the cascade that comes of it. */
export async function sonameLands(world: World): Promise<string> {
  const { view, config } = world;
  view.chapter('2. libstone 2.0, with a new soname, is committed');
  const checkout = checkoutOf(world, 'agnes', 'libstone');
  await checkOut(join(world.distGit, 'rpms', 'libstone'), checkout, config.env);
  const overlay = join(example, 'scenario', '01-soname', 'libstone');
  const commit = await commitOverlay(checkout, overlay, people.agnes, 'libstone 2.0', config.env);
  await push(checkout, config.env);
  view.say(`Agnes pushes ${commit.slice(0, 8)} to libstone`);
  return cascadeWithRoot(world, 'rpm/libstone', 60);
}

/** One dependant does not compile, another fails its check: only what needs them waits, the rest goes on. */
export async function twoFail(world: World, id: string): Promise<Cascade> {
  const stop = watch(world, id);
  const cascade = await cascadeIs(world, id, ['stalled', 'completed', 'cancelled'], 240).finally(stop);
  expectThat(cascade.state === 'stalled', `two rebuilds should have failed, but cascade ${id} is ${cascade.state}`);
  const flour = rebuildOf(cascade, 'rpm/libflour');
  expectThat(flour?.state === 'failed', `libflour should not compile, but is ${flour?.state ?? 'not in the plan'}`);
  expectThat(flour?.evidence?.class === 'compile', `libflour failed in class ${flour?.evidence?.class}, not compile`);
  const quern = rebuildOf(cascade, 'rpm/quern');
  expectThat(quern?.state === 'rejected', `quern's check should fail, but it is ${quern?.state ?? 'not in the plan'}`);
  const [failed, waiting, done] = [
    inState(cascade, 'failed', 'rejected'),
    inState(cascade, 'waiting'),
    inState(cascade, 'validated'),
  ];
  expectThat(failed.length === 2, `more failed than should: ${failed.join(', ')}`);
  sameNames(done, goOn, 'went on');
  sameNames(waiting, wait, 'wait');
  const strays = untouched.filter((component) => rebuildOf(cascade, component));
  expectThat(strays.length === 0, `these have nothing to do with libstone, but are in the plan: ${strays.join(', ')}`);
  world.view.say(
    `libflour does not compile, quern fails its check; ${waiting.length} wait for them, ${done.length} went on`,
  );
  return cascade;
}

function sameNames(found: readonly string[], wanted: readonly string[], what: string): void {
  const missing = wanted.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !wanted.includes(name));
  expectThat(missing.length === 0, `these should ${what}, but do not: ${missing.join(', ')}`);
  expectThat(extra.length === 0, `these ${what}, but should not: ${extra.join(', ')}`);
}
