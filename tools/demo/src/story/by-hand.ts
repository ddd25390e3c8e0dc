import { join } from 'node:path';
import { doors } from '@millrace/contracts';
import { broken, expectThat, until } from '@millrace/testing/stories';
import { checkOut, commitOverlay, push } from '../dist-git';
import { watch } from '../watcher';
import { example, millraceDone, release, type World } from '../world';
import { cascadeOf, rebuildOf } from './cascades';
import { people, type Person } from './people';
import { checkoutOf } from './soname';

export interface Fix {
  readonly person: Person;
  readonly component: string;
  /** Folder below examples/minidistro/scenario. */
  readonly overlay: string;
  readonly message: string;
}

export const fixes: readonly Fix[] = [
  {
    person: 'florian',
    component: 'libflour',
    overlay: '02-fix',
    message: 'Sharpen the stones, as libstone 2.0 wants it',
  },
  { person: 'quentin', component: 'quern', overlay: '03-fix', message: 'Read the gap in micrometres' },
];

interface Made {
  readonly build: string;
  readonly nvr: string;
}

/** A build against the old library proves nothing for this cascade: it is seen, not adopted. */
export async function oldBuildIsOnlySeen(world: World, cascade: string): Promise<void> {
  world.view.chapter('4. A build by hand against the old libstone is seen, not adopted');
  const checkout = checkoutOf(world, 'quentin', 'quern');
  await checkOut(join(world.distGit, 'rpms', 'quern'), checkout, world.config.env);
  const { build, nvr } = await makeByHand(world, checkout, 'quentin', null);
  const what = `that the scheduler has seen ${nvr}`;
  const seen = await until({ what, seconds: 60, signal: world.signal }, async () => {
    const { builds } = await world.client.call(doors.scheduler.builds, { release, component: 'rpm/quern' });
    return builds.find((known) => known.build === build) ?? null;
  });
  expectThat(seen.standing === 'seen', `${nvr}, built against the old library, is ${seen.standing}`);
  const quern = rebuildOf(await cascadeOf(world, cascade), 'rpm/quern');
  expectThat(quern?.state === 'rejected', `quern went on with a build against the old library: it is ${quern?.state}`);
  world.view.say(`${nvr} is only seen: ${seen.because}`);
}

/** A maintainer fixes the component, builds it by hand, and the cascade goes on by itself. */
export async function fixByHand(world: World, cascade: string, fix: Fix): Promise<void> {
  const { person, component, overlay, message } = fix;
  const { view, config } = world;
  const name = people[person].name.split(' ')[0];
  view.chapter(`${name} fixes ${component} and builds it by hand`);
  const checkout = checkoutOf(world, person, component);
  await checkOut(join(world.distGit, 'rpms', component), checkout, config.env);
  await commitOverlay(checkout, join(example, 'scenario', overlay, component), people[person], message, config.env);
  const { nvr } = await makeByHand(world, checkout, person, cascade);
  view.say(`$ millrace build make ${component} --cascade ${cascade} --as ${person}: ${nvr}`);
  const stop = watch(world, cascade);
  await until({ what: `that the cascade goes on with ${nvr}`, seconds: 90, signal: world.signal }, async () => {
    const rebuild = rebuildOf(await cascadeOf(world, cascade), `rpm/${component}`);
    return rebuild?.state === 'validated' && rebuild.resumed ? rebuild : null;
  }).finally(stop);
  // Only now: the same commit is no change any more.
  await push(checkout, config.env);
  view.say(`${nvr} is validated and the cascade goes on; ${name} pushes the fix`);
}

async function makeByHand(world: World, checkout: string, person: Person, cascade: string | null): Promise<Made> {
  const against = cascade === null ? [] : ['--cascade', cascade];
  const args = ['build', 'make', checkout, '--release', release, ...against, '--as', person, '--json'];
  const said = await millraceDone(world, args);
  const made = JSON.parse(said) as { state: string; build: string; nvr: string | null };
  if (made.state === 'complete' && made.nvr !== null) return { build: made.build, nvr: made.nvr };
  throw broken(`the build by hand in ${checkout} is ${made.state}`);
}
