import { doors, type DoorReply } from '@millrace/contracts';
import type { KojiHub } from '@millrace/koji';
import { expectThat } from '@millrace/testing/stories';
import { layOutKoji, type KojiRelease } from '../harness/koji-release';
import type { Running } from '../harness/running';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'lib', needs: [] },
  { name: 'app', needs: ['lib'] },
  { name: 'tool', needs: ['lib'] },
  { name: 'other', needs: [] },
];

type Shadow = DoorReply<typeof doors.scheduler.shadow>;
type Adoption = DoorReply<typeof doors.scheduler.adoption>;

export const scenario: Scenario = {
  title: 'a day in observe on a live hub, where nothing is written, then approve, then act',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const people = koji.connect('maintainer');
    for (const { name } of parts) await buildAndLand(koji, people, name);
    const definition = koji.definition({ mode: 'observe', scope: 'direct' });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(definition);
    await adopted(mill);
    stage.say('the hub lives; what it has is imported, across a kill -9');

    await aDayInObserve(koji, people, mill);
    const since = '2020-01-01T00:00:00Z';
    const shadow = JSON.parse(await mill.millrace('report', 'shadow', '--since', since, '--json')) as Shadow;
    const names = (list: readonly { readonly component: string }[]) =>
      list
        .map((one) => one.component)
        .sort()
        .join();
    expectThat(names(shadow.forgotten) === 'rpm/tool', `forgotten: ${JSON.stringify(shadow.forgotten)}`);
    expectThat(names(shadow.missed).includes('rpm/other'), `missed: ${JSON.stringify(shadow.missed)}`);
    expectThat(shadow.counts.both === 2, `people built of the plan: ${JSON.stringify(shadow.counts)}`);
    nothingWritten(koji);
    stage.say('a day is over: people forgot tool, which the shadow report says; nothing was written');

    const id = await toApprove(mill, definition);
    nothingWritten(koji);
    await mill.millrace('cascade', 'resume', id, '--why', 'go');
    await mill.reaches(id, 'completed', 30);
    expectThat(ourBuilds(koji) === 1 && versionsOf(koji, 'tool') === 2, 'tool alone should have been rebuilt');
    stage.say('approved: tool alone was rebuilt, and has landed');

    await mill.apply({ ...definition, mode: 'act' });
    koji.git.commit('lib', { 'lib.c': 'int lib2;\n' }, 'Another function');
    koji.brews({ ...parts[0]!, release: '3' });
    for (const part of parts.slice(1, 3)) koji.brews({ ...part, release: '3' });
    const { cascade } = await mill.report('s1', ['rpm/lib']);
    const done = await mill.reaches(cascade!, 'completed', 30);
    expectThat(done.counts.validated === 3, `it acts: ${JSON.stringify(done.counts)}`);
  },
};

/** The import is cut off, and goes on by itself. */
async function adopted(mill: Running): Promise<void> {
  const starts = mill.child('scheduler').starts();
  await mill.millrace('release', 'adopt', 's1', '--no-wait', '--why', 'we begin');
  mill.kill('scheduler');
  await mill.isBack('scheduler', starts);
  const adoption = await mill.until('that the release is adopted', 20, async (): Promise<Adoption | null> => {
    const found = await mill.client.call(doors.scheduler.adoption, { release: 's1' });
    return found.state === 'done' ? found : null;
  });
  expectThat(adoption.builds === parts.length && adoption.owners === parts.length, JSON.stringify(adoption));
}

/** The library changes; people build it and one of the two that use it, and something that nothing asks for. */
async function aDayInObserve(koji: KojiRelease, people: KojiHub, mill: Running): Promise<void> {
  await mill.until('that the graph is there', 30, async () => {
    const { importing, components } = await mill.client.call(doors.resolver.graph, { release: 's1' });
    return !importing && components.length >= parts.length ? true : null;
  });
  koji.git.commit('lib', { 'lib.c': 'int lib;\n' }, 'A new function');
  const { cascade } = await mill.report('s1', ['rpm/lib']);
  const plan = await mill.reaches(cascade!, 'awaiting-approval', 20);
  expectThat(plan.rebuilds.length === 3, `the plan should have lib, app and tool: ${JSON.stringify(plan.counts)}`);
  for (const part of parts) koji.brews({ ...part, release: '2' });
  for (const name of ['lib', 'app', 'other']) await buildAndLand(koji, people, name);
  await mill.until('that what people built is seen', 20, async () => {
    const { rebuilds } = await mill.cascade(cascade!);
    return rebuilds.filter((one) => one.state === 'unneeded').length === 2 ? true : null;
  });
  await mill.until('that every build of people is known', 20, async () => {
    const { builds } = await mill.client.call(doors.scheduler.builds, { release: 's1', limit: 100 });
    return builds.filter((one) => one.component === 'rpm/other').length > 0 ? true : null;
  });
  const refused = await mill.attempt('cascade', 'resume', cascade!);
  expectThat(refused.code === 1 && refused.stderr.includes('only observes'), `it was let go on: ${refused.stderr}`);
}

/** Leaving observe names what would start; for `act` its number must be agreed to. */
async function toApprove(mill: Running, definition: object): Promise<string> {
  const refused = await mill.client
    .call(doors.scheduler.releaseApply, { definition: { ...definition, mode: 'act' } as never, why: '' })
    .then(
      () => 'it was applied',
      (thrown: Error) => thrown.message,
    );
  expectThat(refused.includes('1 build of 1 plan would start now: rpm/tool'), refused);
  const applied = await mill.client.call(doors.scheduler.releaseApply, {
    ...{ definition: { ...definition, mode: 'approve' } as never, why: 'we trust it' },
  });
  expectThat(applied.starts?.builds === 1, JSON.stringify(applied));
  return mill.until('that one plan of all waits for a person', 20, async () => {
    const { cascades } = await mill.client.call(doors.scheduler.cascades, {
      release: 's1',
      state: 'awaiting-approval',
    });
    return cascades[0]?.cascade ?? null;
  });
}

async function buildAndLand(koji: KojiRelease, people: KojiHub, name: string): Promise<void> {
  const commit = koji.git.git(name, 'rev-parse', 'main').trim();
  const task = await people.write.build(`git+${koji.sourceOf(name)}#${commit}`, 's1', {});
  const id = task.kind === 'answered' ? task.value : 0;
  for (let n = 0; n < 1000; n++) {
    const built = koji.hub.state.builds.find((one) => one.task_id === id && one.state === 1);
    const tagged = koji
      .tagged('s1-candidate')
      .some((nvr) => built && nvr === `${name}-${built.version}-${built.release}`);
    if (built && tagged) return void (await people.write.moveBuild('s1-candidate', 's1', built.id as never));
    await new Promise((done) => setTimeout(done, 20));
  }
  expectThat(false, `${name} was not built by hand`);
}

/** Every task of the hub is people's, and there is no side tag. */
function nothingWritten({ hub: { state } }: KojiRelease): void {
  const user = state.users.find((one) => one.name === 'millrace')!.id;
  const ours = state.tasks.filter((task) => task.owner === user);
  expectThat(ours.length === 0, `Millrace made tasks: ${ours.map((task) => task.method).join()}`);
  expectThat(
    state.tags.every((tag) => tag.sideOf === null),
    'Millrace made a side tag',
  );
}

function ourBuilds({ hub: { state } }: KojiRelease): number {
  const user = state.users.find((one) => one.name === 'millrace')!.id;
  return state.tasks.filter((task) => task.owner === user && task.method === 'build').length;
}

function versionsOf(koji: KojiRelease, name: string): number {
  return new Set(koji.tagged('s1').filter((nvr) => nvr.startsWith(`${name}-`))).size;
}
