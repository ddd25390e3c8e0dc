import { apps, doors } from '@millrace/contracts';
import { setBack } from '../crashes/set-back';
import { expectThat, until } from '@millrace/testing/stories';
import { mailsIn } from '../inbox';
import { release, type World } from '../world';
import { cascadeIs, rebuildOf, type Cascade } from './cascades';

/**
 * When all is over each database in turn is set back to the middle of the cascade, and catches up: the cascade comes to
 * the same end with the same builds, its compose is there, and nobody is told anything again.
 */
export async function catchesUp(world: World, cascade: Cascade): Promise<void> {
  const mails = mailsIn(world.inbox).length;
  for (const app of apps) {
    await setBack(world, app);
    await sameEnd(world, cascade);
  }
  const told = mailsIn(world.inbox).length;
  expectThat(told === mails, `${told - mails} mails were sent after the restore`);
  world.view.say(`all caught up: the same ${cascade.rebuilds.length} rebuilds, and no mail was sent again`);
}

async function sameEnd(world: World, cascade: Cascade): Promise<void> {
  const again = await cascadeIs(world, cascade.cascade, ['completed', 'cancelled'], 180);
  expectThat(
    again.state === 'completed' && again.landed,
    `cascade ${cascade.cascade} is ${again.state} after the restore`,
  );
  for (const { component, nvr } of cascade.rebuilds) {
    const now = rebuildOf(again, component);
    expectThat(
      now?.state === 'validated' && now.nvr === nvr,
      `${component} was ${nvr}, and is ${now?.nvr} (${now?.state})`,
    );
  }
  const what = `that a compose of cascade ${cascade.cascade} is finished`;
  await until({ what, seconds: 90, signal: world.signal }, async () => {
    const { composes } = await world.client.call(doors.harvester.composes, { release });
    return composes.some((one) => one.state === 'finished' && one.because.includes(cascade.cascade)) ? true : null;
  });
}
