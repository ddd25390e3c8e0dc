import type { NvrForeseen } from '@millrace/contracts';
import { expectThat } from '@millrace/testing/stories';
import { layOutKoji, type KojiRelease } from '../harness/koji-release';
import type { Running } from '../harness/running';
import type { Scenario } from '../harness/scenario';

const names = ['fine', 'taken', 'odd', 'moved'] as const;
type Name = (typeof names)[number];
type Named = Readonly<Record<Name, NvrForeseen>>;

export const scenario: Scenario = {
  title:
    'a plan says how rebuilds will be called and what would be refused, and that is what happens; nothing is pushed',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts: names.map((name) => ({ name, needs: [] })) });
    koji.git.commit('odd', { 'odd.spec': 'Name: odd\nVersion: 1\n' }, 'No release');
    const mill = await stage.start({ settings: koji.settings });
    const target = { target: 's1', tag: 's1', isolation: 'side-tag', drafts: true, promote: 'gate' };
    const definition = koji.definition({ build_targets: { rpm: target } });
    await mill.apply(definition);
    await mill.reaches(await mill.startCascade('s1', 'all'), 'completed');

    await mill.apply({ ...definition, nvr: 'commit', when_unbuilt: 'skip' });
    koji.git.commit('moved', { 'moved.c': 'int half;\n' }, 'Half done');
    deletedLongAgo(koji, 'taken');
    for (const name of names) koji.brews({ name, needs: [], release: '2' });
    const heads = headsOf(koji);
    const plan = await planOf(mill);
    check(plan);
    stage.say('the plan names what is free, what is taken, what cannot be bumped and what was never built');

    const id = await mill.startCascade(
      's1',
      names.map((name) => `rpm/${name}`),
    );
    const { rebuilds } = await mill.reaches(id, 'stalled');
    const states = Object.fromEntries(rebuilds.map(({ component, state }) => [component.slice(4), state]));
    const wanted = { fine: 'validated', taken: 'failed', odd: 'failed', moved: 'skipped' };
    for (const name of names) expectThat(states[name] === wanted[name], `${name} is ${states[name]}`);
    const made = rebuilds.find(({ component }) => component === 'rpm/fine')!.nvr;
    expectThat(made?.split(',')[0] === plan.fine.nvr, `foreseen was ${plan.fine.nvr}, and it is ${made}`);
    const open = await nvrsOf(mill, 'cascade', 'nvrs', id);
    expectThat(Object.keys(open).sort().join() === 'odd,taken', `open are ${Object.keys(open).join(', ')}`);
    const after = headsOf(koji);
    for (const name of names.slice(1)) expectThat(after[name] === heads[name], `something was pushed to ${name}`);

    for (const name of ['taken', 'odd'])
      await mill.millrace('cascade', 'skip', id, `rpm/${name}`, '--why', 'not today');
    await mill.reaches(id, 'completed');
  },
};

function check(plan: Named): void {
  expectThat(plan.fine.nvr === 'fine-1-2' && plan.fine.refused === null, `fine: ${JSON.stringify(plan.fine)}`);
  expectThat(plan.taken.refused?.code === 'nvr-taken', `taken: ${JSON.stringify(plan.taken)}`);
  expectThat(plan.odd.refused?.code === 'spec-not-bumpable', `odd: ${JSON.stringify(plan.odd)}`);
  const unbuilt = plan.moved.unbuilt;
  const isNamed = unbuilt?.then === 'skip' && unbuilt.commits[0]?.subject === 'Half done';
  expectThat(isNamed, `moved: ${JSON.stringify(plan.moved)}`);
  for (const { refused } of [plan.taken, plan.odd])
    expectThat((refused?.remedy ?? '') !== '', 'a refusal has no remedy');
}

/** Koji gives no name away twice, not even that of a build which is gone. */
function deletedLongAgo({ hub: { state } }: KojiRelease, name: Name): void {
  const known = state.builds.find((build) => build.name === name)!;
  state.builds.push({ ...known, id: ++state.lastId, release: '2', state: 2, task_id: null });
}

function headsOf({ git }: KojiRelease): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, git.git(name, 'rev-parse', 'main').trim()]));
}

async function planOf(mill: Running): Promise<Named> {
  const components = names.map((name) => `rpm/${name}`);
  const text = await mill.millrace('cascade', 'plan', ...components, '--release', 's1', '--json');
  const { rebuilds } = JSON.parse(text) as { rebuilds: { component: string; nvr: NvrForeseen }[] };
  return Object.fromEntries(rebuilds.map(({ component, nvr }) => [component.slice(4), nvr])) as Record<
    Name,
    NvrForeseen
  >;
}

async function nvrsOf(mill: Running, ...command: string[]): Promise<Readonly<Record<string, NvrForeseen>>> {
  const { nvrs } = JSON.parse(await mill.millrace(...command, '--json')) as {
    nvrs: (NvrForeseen & { component: string })[];
  };
  return Object.fromEntries(nvrs.map((one) => [one.component.slice(4), one]));
}
