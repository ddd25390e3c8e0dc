import { doors } from '@millrace/contracts';
import { expectThat } from '@millrace/testing/stories';
import { layOutKoji } from '../harness/koji-release';
import type { Scenario } from '../harness/scenario';

const many = Array.from({ length: 31 }, (_, n) => ({ name: `part${String(n).padStart(2, '0')}`, needs: [] }));
const broken = { name: 'broken', needs: ['part00'] };
const above = { name: 'above', needs: ['broken'] };

export const scenario: Scenario = {
  title: 'a mass rebuild with 3 % failures lands in part, and what stayed behind follows when it is mended',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts: [...many, broken, above] });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(koji.definition());
    koji.brews(broken, 'compile');
    const id = await mill.startCascade('s1', 'all', 'a mass rebuild');
    await mill.reaches(id, 'stalled', 60);

    const whole = await mill.attempt('cascade', 'land', id);
    expectThat(whole.code === 1 && koji.tagged('s1').length === 0, `it landed whole: ${whole.stdout}`);
    const text = await mill.millrace('cascade', 'land', id, '--partial', '--why', 'the branch is cut today', '--json');
    const landing = JSON.parse(text) as { state: string; total: number; staying: { component: string }[] };
    expectThat(landing.state === 'landed' && landing.total === 31, `${landing.total} are ${landing.state}`);
    expectThat(
      landing.staying.map((one) => one.component).join() === 'rpm/above,rpm/broken',
      `stays: ${JSON.stringify(landing.staying)}`,
    );
    expectThat(koji.tagged('s1').length === 31, `${koji.tagged('s1').length} builds have landed`);
    stage.say('31 of 33 builds have landed');

    const next = await mill.until('that the rest goes on in a cascade of its own', 20, async () => {
      const { cascades } = await mill.client.call(doors.scheduler.cascades, { release: 's1' });
      return cascades.find((one) => one.cascade !== id && one.state === 'stalled') ?? null;
    });
    expectThat(next.roots.join() === 'rpm/above,rpm/broken', `it rebuilds ${next.roots.join()}`);
    koji.brews(broken);
    await mill.millrace('cascade', 'retry', next.cascade);
    await mill.reaches(next.cascade, 'completed', 30);
    expectThat(koji.tagged('s1').length === 33, `${koji.tagged('s1').length} builds are there in the end`);
  },
};
