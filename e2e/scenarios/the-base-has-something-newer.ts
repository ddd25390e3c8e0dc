import { expectThat } from '@millrace/testing/stories';
import { layOutKoji } from '../harness/koji-release';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'middle', needs: ['base'] },
  { name: 'other', needs: [] },
];

export const scenario: Scenario = {
  title: 'the base moves during the cascade and has a newer build: it is never tagged over, and the rest lands',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(koji.definition());
    koji.brews(parts[1]!, 'compile');
    const id = await mill.startCascade('s1', 'all');
    await mill.reaches(id, 'stalled', 30);

    const made = koji.hub.state.builds.find((one) => one.name === 'other')!;
    const newer = { ...made, id: ++koji.hub.state.lastId, release: '9', task_id: null };
    koji.hub.state.builds.push(newer);
    const kojiadmin = koji.connect('kojiadmin');
    await kojiadmin.write.tagBuild('s1', newer.id as never);
    await mill.until('that the base has the newer build', 10, () => koji.tagged('s1').includes('other-1-9') || null);
    stage.say('somebody has put other-1-9 into the base');

    koji.brews(parts[1]!);
    await mill.millrace('cascade', 'retry', id);
    await mill.until('that landing is refused', 30, async () => {
      const view = await mill.cascade(id);
      return view.rebuilds.every((one) => one.state === 'validated') && view.state === 'stalled' ? true : null;
    });
    const refused = await mill.attempt('cascade', 'land', id);
    expectThat(refused.code === 1, `landing ended with ${refused.code}`);
    expectThat(/other-1-9, which is newer than other-1-1/.test(refused.stderr), `not said why: ${refused.stderr}`);
    expectThat(koji.tagged('s1').join() === 'other-1-9', `the base has ${koji.tagged('s1').join(', ')}`);

    const plan = JSON.parse(await mill.millrace('cascade', 'land', id, '--partial', '--dry-run', '--json')) as {
      order: { component: string }[];
      staying: { component: string }[];
    };
    expectThat(plan.order.map((one) => one.component).join() === 'rpm/base,rpm/middle', 'another order is planned');
    expectThat(plan.staying.map((one) => one.component).join() === 'rpm/other', 'something else stays behind');
    await mill.millrace('cascade', 'land', id, '--partial', '--why', 'other is newer there');
    const { landed } = await mill.reaches(id, 'completed', 10);
    expectThat(landed, 'the cascade has not landed');
    const there = koji.tagged('s1').map((nvr) => nvr.replace(/\.k\d+$/, ''));
    expectThat([...there].sort().join() === 'base-1-1,middle-1-1,other-1-9', `in the base: ${there.join(', ')}`);
  },
};
