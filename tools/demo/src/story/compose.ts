import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { doors, type DoorReply } from '@millrace/contracts';
import { broken, expectThat, until } from '@millrace/testing/stories';
import { installInto, makeEmptyRoot, runIn } from '../empty-root';
import { release, type World } from '../world';
import type { Cascade } from './cascades';

export type Compose = DoorReply<typeof doors.harvester.composes>['composes'][number];

/** The program at the top, and what it prints when every part of it was built for the stones that are installed. */
const program = 'millwheel';
const wanted = 'millwheel 1.0: stone 2.0 -> mill 1.0 (stone 2.0) -> sluice 1.0 (stone 2.0) -> bread 1.0 (stone 2.0)';

/** The harvester makes the compose of what the cascade has built. */
export async function composeIsMade(world: World, cascade: Cascade): Promise<Compose> {
  world.view.chapter('5. The compose, and a program installed from it alone');
  const what = `that the compose of cascade ${cascade.cascade} is finished`;
  const compose = await until({ what, seconds: 120, signal: world.signal }, async () => {
    const { composes } = await world.client.call(doors.harvester.composes, { release });
    const made = composes.find((c) => c.at >= (cascade.endedAt ?? '') || c.because.includes(cascade.cascade));
    if (made?.state === 'failed') throw broken(`compose ${made.compose} failed: ${made.problem}`);
    return made?.state === 'finished' ? made : null;
  });
  expectThat(compose.packages > 0 && compose.images > 0, `compose ${compose.compose} lacks packages or images`);
  world.view.say(
    `compose ${compose.compose}: ${compose.packages} packages, ${compose.images} image, in ${compose.path}`,
  );
  return compose;
}

/** `dnf` installs a program into an empty root from the compose alone, and it runs. */
export async function installFromCompose(world: World, compose: Compose): Promise<void> {
  const tree = treeOf(compose.path ?? '');
  const root = await makeEmptyRoot(join(world.dir, 'installroot'), world.config.env);
  const installed = await installInto(root, tree, [program]);
  expectThat(installed.code === 0, `dnf could not install ${program} from ${tree}:\n${installed.stderr.slice(-1500)}`);
  world.view.say(`dnf installed ${program} into an empty root from ${tree}`);
  const ran = await runIn(root, [`/usr/bin/${program}`]);
  expectThat(ran.code === 0 && ran.stdout.trim() === wanted, `${program} printed: ${ran.stdout}${ran.stderr}`);
  world.view.say(`$ ${program}\n  ${ran.stdout.trim()}`);
}

function treeOf(path: string): string {
  const variants = join(path, 'compose');
  const variant = readdirSync(variants).find((name) => name !== 'metadata');
  const arch =
    variant === undefined
      ? undefined
      : readdirSync(join(variants, variant)).find((name) => !/^(source|src)$/.test(name));
  if (variant && arch) return join(variants, variant, arch, 'os');
  throw broken(`there is no tree in ${variants}`);
}
