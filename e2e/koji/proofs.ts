import { doneTwice, type HubState } from '@millrace/koji/fake';
import { boxed, brokenForHand, brokenForCommit, count } from './distribution';
import { expectThat } from '@millrace/testing/stories';
import type { World } from './world';

export interface Proof {
  /** Build tasks of ours. */
  readonly tasks: number;
  readonly taggings: number;
  readonly landed: number;
}

/** Asks the hub itself, whatever anybody believes. */
export async function prove(world: World): Promise<Proof> {
  const state = await world.hub.state();
  const tasks = taskForEach(state);
  const twice = doneTwice(state, 'millrace');
  expectThat(twice.length === 0, twice.join('; '));
  const taggings = state.tasks.filter(
    ({ method, owner, parent }) => method === 'tagBuild' && owner === userOf(state) && parent === null,
  ).length;
  ownInputs(state);
  const landed = allLanded(state);
  oneOfAll(state, world);
  world.say(`${tasks} tasks, no two of one component and source; ${taggings} taggings, no two of one build and tag`);
  return { tasks, taggings, landed };
}

function taskForEach(state: HubState): number {
  const ours = state.tasks.filter((task) => task.method === 'build' && task.owner === userOf(state));
  // Each part once, and once more with its mending commit.
  const wanted = count + brokenForCommit.length;
  expectThat(ours.length === wanted, `${wanted} submissions were wanted, and there are ${ours.length}`);
  return ours.length;
}

/** Every build root had the cascade's own builds: nothing else is in the side tag. */
function ownInputs(state: HubState): void {
  const builds = new Map(state.builds.map((build) => [build.id, build]));
  const rpms = new Map(state.rpms.map((rpm) => [rpm.id, rpm]));
  for (const root of state.buildroots) {
    const used = root.rpms.map((id) => builds.get(rpms.get(id)!.build_id)!);
    const failed = used.filter((build) => build.state !== 1);
    expectThat(
      failed.length === 0,
      `a build root had ${failed.map((one) => one.name).join(', ')}, which is not complete`,
    );
  }
}

function allLanded(state: HubState): number {
  const base = state.tags.find((tag) => tag.name === 's1')!;
  const there = state.taggings.filter((one) => one.tag_id === base.id && one.revoke_event === null);
  const builds = there.map((one) => state.builds.find((build) => build.id === one.build_id)!);
  expectThat(builds.length === count, `${count} builds should have landed, and ${builds.length} have`);
  const drafts = builds.filter((build) => build.draft);
  expectThat(drafts.length === 0, `these are drafts still: ${drafts.map((build) => build.name).join(', ')}`);
  const left = state.tags.filter((tag) => tag.sideOf !== null).map((tag) => tag.name);
  expectThat(left.length === 0, `these side tags are there still: ${left.join(', ')}`);
  const hand = builds.find((build) => build.name === brokenForHand)!;
  const owner = state.users.find((one) => one.id === hand.owner)!.name;
  expectThat(owner === 'maintainer', `${brokenForHand} was built by ${owner}, not by its maintainer`);
  return builds.length;
}

/** The container and the module, each submitted once, with what the cascade had built. */
function oneOfAll(state: HubState, { mbs }: World): void {
  const boxes = state.tasks.filter((task) => task.method === 'buildContainer');
  expectThat(boxes.length === 1, `the container was submitted ${boxes.length} times`);
  const inside = state.archives.flatMap((one) => one.rpms.map((id) => state.rpms.find((rpm) => rpm.id === id)!.name));
  expectThat(inside.includes(boxed), `the container should hold ${boxed}, and holds ${inside.join(', ')}`);
  const tag = state.tags.find((one) => one.name === 's1-containers')!;
  const there = state.taggings.filter((one) => one.tag_id === tag.id && one.revoke_event === null);
  expectThat(there.length === 1, `one container should have landed, and ${there.length} have`);
  const times = mbs.state.builds.map((build) => build.submissions).join();
  expectThat(times === '1,1', `the two expansions of the module should be submitted once each, and were: ${times}`);
}

function userOf(state: HubState): number {
  return state.users.find((one) => one.name === 'millrace')!.id;
}
