import { join } from 'node:path';
import { expectThat, runCommand } from '@millrace/testing/stories';
import type { World } from '../world';
import type { Cascade } from './cascades';

const format = '%(trailers:key=Millrace-Rebuild,valueonly,separator=%x20)';

/** Each rebuilt package has a bump in its repository, one, whatever was killed; the changed ones are their people's own. */
export async function rebuildsWereBumped(world: World, cascade: Cascade): Promise<void> {
  const names = cascade.rebuilds
    .map(({ component }) => component)
    .filter((component) => component.startsWith('rpm/') && !cascade.roots.includes(component));
  const counts = await Promise.all(names.map((component) => bumpsOf(world, cascade.cascade, component)));
  const wrong = names.flatMap((name, n) => (counts[n] === 1 ? [] : [`${name} has ${counts[n]}`]));
  expectThat(wrong.length === 0, `each rebuild should have one bump in its repository: ${wrong.join(', ')}`);
  world.view.say(`${names.length} bumps in dist-git, one for each rebuilt package: "Rebuilt for libstone (cascade …)"`);
}

async function bumpsOf(world: World, cascade: string, component: string): Promise<number> {
  const repository = join(world.distGit, 'rpms', component.slice('rpm/'.length));
  const argv = ['git', '--git-dir', repository, 'log', `--format=${format}`, 'main'] as const;
  const { stdout } = await runCommand({ argv: [...argv], env: world.config.env });
  return stdout.split('\n').filter((marker) => marker.startsWith(`${cascade}/${component}/`)).length;
}
