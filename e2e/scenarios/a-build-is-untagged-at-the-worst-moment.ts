import { expectThat } from '@millrace/testing/stories';
import { layOutKoji } from '../harness/koji-release';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'middle', needs: ['base'] },
  { name: 'other', needs: [] },
];

export const scenario: Scenario = {
  title: 'a person untags a validated build while its cascade lands: nothing has landed, and the rest lands when asked',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(koji.definition({ landing: 'manual' }));
    const id = await mill.startCascade('s1', 'all');
    await mill.reaches(id, 'completed', 30);
    expectThat(koji.tagged('s1').length === 0, 'it has landed though nobody asked for it');
    const order = JSON.parse(await mill.millrace('cascade', 'land', id, '--dry-run', '--json')) as { lands: boolean };
    expectThat(order.lands, 'something is said to stand in its way');

    const { taggings, tags, builds } = koji.hub.state;
    const side = tags.find((one) => one.sideOf !== null)!;
    koji.hub.witness.tell = (method, when) => {
      if (method !== 'tagBuild' || when !== 'before') return;
      const middle = builds.find((one) => one.name === 'middle')!;
      const row = taggings.find((one) => one.tag_id === side.id && one.build_id === middle.id)!;
      Object.assign(row, { revoke_event: ++koji.hub.state.lastEvent, revoker: 'maintainer' });
      koji.hub.witness.tell = null;
    };
    const refused = await mill.attempt('cascade', 'land', id, '--why', 'it is time');
    expectThat(refused.code === 1, `landing ended with ${refused.code}: ${refused.stderr}`);
    expectThat(/middle-1-1\S* was untagged/.test(refused.stderr), `it is not said why: ${refused.stderr}`);
    expectThat(koji.tagged('s1').length === 0, `the release has ${koji.tagged('s1').join(', ')}`);
    stage.say('a build was untagged in the middle of the landing; all went out again');

    await mill.millrace('cascade', 'land', id, '--partial', '--why', 'without it');
    const landed = koji.tagged('s1').map((nvr) => nvr.split('-')[0]);
    expectThat([...landed].sort().join() === 'base,other', `landed: ${landed.join(', ')}`);
    const explained = await mill.millrace('cascade', 'explain', id);
    expectThat(explained.includes('1 stay behind'), `not explained: ${explained}`);
    stage.say('the rest has landed when it was asked for');
  },
};
