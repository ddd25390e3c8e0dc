import { doors, type DoorReply } from '@millrace/contracts';
import { recipeOf, type FakeHub, type Part } from '@millrace/koji/fake';
import { expectThat } from '@millrace/testing/stories';
import { layOutKoji, type KojiRelease } from '../harness/koji-release';
import type { Running } from '../harness/running';
import type { Scenario } from '../harness/scenario';
import type { Stage } from '../harness/stage';

const parts: readonly Part[] = [
  { name: 'base', needs: [] },
  { name: 'middle', needs: ['base'] },
  { name: 'other', needs: [] },
];

type Change = DoorReply<typeof doors.scheduler.changes>['changes'][number];

export const scenario: Scenario = {
  title:
    'what lands in one release is rebuilt in another from the same commits, as one change; what is its own stays, and what is taken back is told',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const down = await layOutDown(stage, koji);
    // The harvester is asked whether what is taken back is in a compose.
    const mill = await stage.start({
      apps: ['resolver', 'scheduler', 'ci-bridge', 'harvester'],
      settings: { scheduler: { build_systems: { ...systemsOf(koji), ...down.systems } } },
    });
    await mill.apply(koji.definition());
    await mill.apply(down.definition);
    const ring = { ...koji.definition(), follow: [{ release: 's2' }] };
    const refused = await mill.attempt('release', 'apply', stage.secret('ring.yaml', JSON.stringify(ring)));
    expectThat(refused.code === 1 && refused.stderr.includes('s1 -> s2 -> s1'), `a ring was taken: ${refused.stderr}`);

    await mill.reaches(await mill.startCascade('s1', 'all'), 'completed', 30);
    const [first] = await followed(mill, 1);
    expectThat(namesOf(first!) === 'rpm/base rpm/middle', `followed: ${namesOf(first!)}`);
    expectThat(first!.dropped[0]?.because.includes('follow.exclude') === true, 'why other is left out is not said');
    await mill.reaches(first!.cascade!, 'completed', 30);
    expectThat(down.commits('base') === koji.git.git('base', 'rev-parse', 'main').trim(), 'it is not the same commit');
    stage.say('a landing of three builds was one change: two were rebuilt, one is left out by name');

    koji.git.commit('middle', { 'own.patch': 'ours\n' }, 'A patch of this release alone', 'stable');
    down.brews({ ...parts[1]!, release: '2' });
    const own = await mill.report('s2', ['rpm/middle']);
    await mill.reaches(own.cascade!, 'completed', 30);

    for (const name of ['base', 'middle']) koji.git.commit(name, { 'new.c': 'int x;\n' }, 'An update');
    for (const part of parts.slice(0, 2)) koji.brews({ ...part, release: '3' });
    down.brews({ ...parts[0]!, release: '3' });
    const update = await mill.report('s1', ['rpm/base', 'rpm/middle']);
    await mill.reaches(update.cascade!, 'completed', 30);
    const second = (await followed(mill, 2)).find((one) => one.change !== first!.change)!;
    await mill.reaches(second.cascade!, 'completed', 30);
    const left = second.dropped.find((one) => one.component === 'rpm/middle')?.because ?? '';
    expectThat(left.includes('which s1 does not have'), `middle: ${left || namesOf(second)}`);
    expectThat(down.commits('middle') === koji.git.git('middle', 'rev-parse', 'stable').trim(), 'its patch was lost');
    const words = await mill.millrace('explain', 'rpm/middle', '--release', 's2');
    expectThat(words.includes('which s1 does not have'), `explain says: ${words}`);
    stage.say('what only the follower has stays');

    await mill.millrace('cascade', 'revert', update.cascade!, '--built-on', '--why', 'it broke');
    const third = await mill.until('that what was taken back is told', 30, async () => {
      const { changes } = await mill.client.call(doors.scheduler.changes, { release: 's2' });
      return changes.find((one) => one.why.includes('was taken back in s1')) ?? null;
    });
    const stays = third.dropped.find((one) => one.component === 'rpm/middle')?.because ?? '';
    expectThat(third.outcome === 'waits' && namesOf(third) === 'rpm/base', `taken back: ${third.because}`);
    expectThat(stays.includes('is not made from it, and stays'), `middle: ${stays}`);
    await mill.millrace('change', 'reject', third.change, '--why', 'we keep it');
  },
};

interface Down {
  readonly systems: object;
  readonly definition: object;
  brews(part: Part): void;
  /** The commit that the newest build of a part was made from. */
  commits(part: string): string;
}

/** Another release in a hub of its own, with the same repositories, and a branch of its own in them. */
async function layOutDown(stage: Stage, koji: KojiRelease): Promise<Down> {
  const hub: FakeHub = await stage.hub();
  // An older hub than the other: builds are known by the ids of their tasks.
  hub.state.lastId = 100_000;
  hub.control.addTag('s2', { packages: parts.map((part) => part.name) });
  hub.control.addTag('s2-candidate', { parents: ['s2'] });
  hub.control.addTag('s2-build', { parents: ['s2'] });
  hub.control.addTarget('s2', 's2-build', 's2-candidate');
  const brews = (part: Part): void => hub.control.addSource(`git+${koji.sourceOf(part.name)}`, recipeOf(part));
  for (const part of parts) {
    koji.git.git(part.name, 'branch', 'stable', 'main');
    brews(part);
  }
  const like = koji.definition() as { readonly sources: { readonly rpm: object } };
  const definition = {
    ...{ ...like, release: 's2', title: 'A release that follows', product_version: 's2-1' },
    build_systems: { rpm: 'koji2' },
    build_targets: { rpm: { target: 's2', tag: 's2', isolation: 'side-tag' } },
    sources: { rpm: { ...like.sources.rpm, branch: 'stable' } },
    follow: [{ release: 's1', exclude: ['rpm/other'], lull: '1s' }],
  };
  const { koji: like1 } = systemsOf(koji);
  const commits = (part: string): string => {
    const newest = hub.state.builds.filter((build) => build.name === part).at(-1);
    return newest?.source.split('#')[1] ?? 'none';
  };
  return { systems: { koji2: { ...like1, url: hub.url } }, definition, brews, commits };
}

function systemsOf(koji: KojiRelease): { readonly koji: object } {
  return koji.settings.scheduler['build_systems'] as { readonly koji: object };
}

/** The changes that follow the other release, once there are so many and they have started. */
function followed(mill: Running, count: number): Promise<readonly Change[]> {
  return mill.until(`that ${count} landings are followed`, 30, async () => {
    const { changes } = await mill.client.call(doors.scheduler.changes, { release: 's2' });
    const own = changes.filter((one) => one.by === 'follow:s1');
    expectThat(own.length <= count, `${own.length} changes for ${count} landings`);
    return own.length === count && own.every((one) => one.cascade !== null) ? own : null;
  });
}

function namesOf({ components }: Change): string {
  return components.map((one) => one.component).join(' ');
}
