import { join } from 'node:path';
import { doors } from '@millrace/contracts';
import { expectThat, until } from '@millrace/testing/stories';
import { makeDistGit } from '../dist-git';
import { watch } from '../watcher';
import { example, layOutConfig, millraceDone, release, type World } from '../world';
import { cascadeIs, type Cascade } from './cascades';

/** Nothing is built yet: the whole distribution is one cascade from zero, tier by tier. */
export async function bootstrap(world: World): Promise<Cascade> {
  const { view } = world;
  view.chapter('1. From nothing: the whole distribution is one cascade');
  const count = await makeDistGit(world.distGit, join(example), world.config.env);
  view.say(`${count} git repositories in ${world.distGit}`);
  await millraceDone(world, ['release', 'apply', layOutConfig(world), '--why', 'the story begins']);
  view.say(`the release definition is applied; the resolver reads the sources`);
  await graphIsThere(world);
  const started = await millraceDone(world, [
    'cascade',
    'start',
    '--all',
    '--release',
    release,
    '--why',
    'from nothing',
    '--json',
  ]);
  const { cascade } = JSON.parse(started) as { cascade: string };
  const stop = watch(world, cascade);
  const whole = await cascadeIs(world, cascade, ['completed', 'stalled', 'cancelled'], 300).finally(stop);
  expectThat(whole.state === 'completed', `the bootstrap is ${whole.state}: ${sayFailures(whole)}`);
  const strays = whole.rebuilds.filter((rebuild) => rebuild.state !== 'validated');
  expectThat(
    strays.length === 0,
    `not everything was built: ${strays.map((r) => `${r.component} is ${r.state}`).join(', ')}`,
  );
  expectThat(whole.landed, 'the bootstrap is complete, but did not land');
  view.say(`${whole.rebuilds.length} rebuilds in ${whole.tiers} tiers are validated, and have landed`);
  return whole;
}

async function graphIsThere(world: World): Promise<void> {
  await until({ what: 'that the resolver has a graph', seconds: 90, signal: world.signal }, async () => {
    const graph = await world.client.call(doors.resolver.graph, { release });
    return graph.snapshot !== null && !graph.importing && graph.components.length > 0 ? graph : null;
  });
}

export function sayFailures(cascade: Cascade): string {
  return cascade.rebuilds
    .filter((rebuild) => rebuild.evidence !== null)
    .map((rebuild) => `${rebuild.component} (${rebuild.evidence!.class}: ${rebuild.evidence!.summary})`)
    .join('; ');
}
