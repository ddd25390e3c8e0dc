import { expectThat } from '@millrace/testing/stories';
import { layOutKoji } from '../harness/koji-release';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'middle', needs: ['base'] },
  { name: 'top', needs: ['middle'] },
];

export const scenario: Scenario = {
  title: 'a plan has all that a change reaches, and who uses nothing that changed is not built',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(koji.definition({ reach: 'transitive' }));
    await mill.reaches(await mill.startCascade('s1', 'all'), 'completed');

    koji.git.commit('base', { 'base.c': 'int half;\n' }, 'A change');
    koji.brews({ name: 'base', needs: [], release: '2' });
    const { cascade } = await mill.report('s1', ['rpm/base']);
    const { rebuilds } = await mill.reaches(cascade!, 'completed');
    const states = rebuilds.map(({ component, state }) => `${component} ${state}`).sort();
    const wanted = ['rpm/base validated', 'rpm/middle unneeded', 'rpm/top unneeded'];
    expectThat(states.join() === wanted.join(), states.join(', '));
    stage.say('two were planned, and left out when the new build was compared');
  },
};
