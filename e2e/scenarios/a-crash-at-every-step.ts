import { expectThat } from '@millrace/testing/stories';
import { doneTwice } from '@millrace/koji/fake';
import { layOutKoji, type KojiRelease } from '../harness/koji-release';
import { holdPush } from '../harness/hold-push';
import type { Running } from '../harness/running';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'left', needs: ['base'] },
  { name: 'right', needs: ['base'] },
  { name: 'top', needs: ['left', 'right'] },
];
/** Each is killed once right after the hub has done it, before anybody hears the answer. */
const calls = ['createSideTag', 'build', 'promoteBuild', 'tagBuild', 'removeSideTag'] as const;

export const scenario: Scenario = {
  title: 'the scheduler is killed at every step of bump, push, submit, promote and tag: nothing is done twice',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    // What the bumped specs are built as.
    for (const part of parts) koji.brews({ ...part, release: '2' });
    const mill = await stage.start({ settings: koji.settings });
    const target = { target: 's1', tag: 's1', isolation: 'side-tag', drafts: true, promote: 'gate' };
    await mill.apply({ ...koji.definition(), nvr: 'commit', build_targets: { rpm: target } });
    const beforePush = holdPush(`${koji.git.root}/left`, 'pre-receive');
    const afterPush = holdPush(`${koji.git.root}/right`, 'post-receive');
    const id = await mill.startCascade('s1', 'all');
    const killed = killAtCalls(koji, mill);
    for (const held of [beforePush, afterPush]) {
      await mill.until('that a push is under way', 60, () => (held.isReached() ? true : null));
      await killAndWait(mill);
      held.letGo();
    }
    await mill.reaches(id, 'completed', 90);
    await mill.until('that every step was reached', 10, () => (killed.length === calls.length ? true : null));
    stage.say(`killed in both pushes, and right after: ${killed.join(', ')}`);
    prove(koji, id);
  },
};

/** Names of the calls that it was killed after, as they happen. */
function killAtCalls({ hub }: KojiRelease, mill: Running): readonly string[] {
  const killed: string[] = [];
  hub.witness.tell = (method, when) => {
    const wanted = calls.some((one) => one === method) && !killed.includes(method);
    if (when === 'before' || !wanted || mill.child('scheduler').pid() === null) return;
    killed.push(method);
    mill.kill('scheduler');
  };
  return killed;
}

async function killAndWait(mill: Running): Promise<void> {
  const since = mill.child('scheduler').starts();
  mill.kill('scheduler');
  await mill.isBack('scheduler', since);
}

function prove({ hub: { state }, git, tagged }: KojiRelease, cascade: string): void {
  const twice = doneTwice(state, 'millrace');
  expectThat(twice.length === 0, twice.join('; '));
  for (const { name } of parts) {
    const markers = git.git(name, 'log', 'main', '--format=%(trailers:key=Millrace-Rebuild,valueonly,separator=%x20)');
    const ours = markers.split('\n').filter((line) => line.startsWith(`${cascade}/`));
    expectThat(ours.length === 1, `${name} should have one bump, and has ${ours.length}`);
    const builds = state.builds.filter((build) => build.name === name);
    expectThat(builds.length === 1 && !builds[0]!.draft, `${name} should have one build, and no draft`);
  }
  const landed = tagged('s1').map((nvr) => nvr.split('-')[0]!);
  expectThat([...landed].sort().join() === 'base,left,right,top', `landed: ${landed.join(', ')}`);
  const sides = state.tags.filter((tag) => tag.sideOf !== null);
  expectThat(sides.length <= 1, `there should have been one side tag: ${sides.map(({ name }) => name).join(', ')}`);
}
