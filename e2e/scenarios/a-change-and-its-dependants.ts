import { expectThat } from '@millrace/testing/stories';
import { layOutKoji } from '../harness/koji-release';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'middle', needs: ['base'] },
  { name: 'top', needs: ['middle'] },
];

export const scenario: Scenario = {
  title: 'a whole release is built in order in one side tag, and lands',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(koji.definition());
    const id = await mill.startCascade('s1', 'all');
    const { rebuilds } = await mill.reaches(id, 'completed');
    expectThat(
      rebuilds.every((one) => one.state === 'validated'),
      'not every part is validated',
    );
    const landed = koji.tagged('s1').map((nvr) => nvr.split('-')[0]);
    expectThat([...landed].sort().join() === 'base,middle,top', `landed: ${landed.join(', ')}`);
  },
};
