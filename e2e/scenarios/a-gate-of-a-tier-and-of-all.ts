import { doors, type DoorReply } from '@millrace/contracts';
import { expectThat } from '@millrace/testing/stories';
import { layOutKoji } from '../harness/koji-release';
import type { Running } from '../harness/running';
import type { Scenario } from '../harness/scenario';

type Gate = NonNullable<DoorReply<typeof doors.scheduler.cascade>['gates']>[number];

const tierTest = 'ci.tier.functional';
const landTest = 'ci.compose.installation';
const gates = [
  { id: 'all', rules: [] },
  { id: 'tiers', scope: 'tier', decision_context: 's1_tier', rules: [{ test: tierTest, deadline: '1h' }] },
  { id: 'landing', scope: 'cascade', decision_context: 's1_land', rules: [{ test: landTest, deadline: '1h' }] },
];
const parts = [
  { name: 'base', needs: [] },
  { name: 'side', needs: [] },
  { name: 'middle', needs: ['base'] },
];

export const scenario: Scenario = {
  title: 'the builds of a tier are gated as one subject before the next tier starts, and all of them before they land',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(koji.definition({ gates }));
    const id = await mill.startCascade('s1', 'all');

    const first = await asked(mill, id, 0);
    expectThat(first.builds === 2, `tier 0 has ${first.builds} builds`);
    const { rebuilds } = await mill.cascade(id);
    const middle = rebuilds.find((one) => one.component === 'rpm/middle')!;
    expectThat(middle.because === 'it waits for the gate of tier 0', `middle: ${middle.state}, ${middle.because}`);
    const why = await mill.millrace('cascade', 'explain', id, 'rpm/middle');
    expectThat(why.includes(`the gate of tier 0 (2 builds as ${first.subject})`), why);
    await report(mill, first.subject!, tierTest, 'PASSED');
    stage.say('tier 0 has passed as one subject');

    const second = await asked(mill, id, 1);
    await report(mill, second.subject!, tierTest, 'FAILED');
    await mill.reaches(id, 'stalled', 20);
    await mill.millrace('gate', 'waive', second.subject!, tierTest, '--comment', 'the machine was at fault');
    stage.say('tier 1 has failed, and was waived');

    const whole = await asked(mill, id, null);
    const tag = (await mill.client.call(doors.scheduler.sideTags, { cascade: id })).sideTags[0]!.tag;
    const group = JSON.parse(await mill.millrace('gate', 'group', '--side-tag', tag, '--json')) as { subject: string };
    expectThat(group.subject === whole.subject, `${tag} is ${group.subject}, the cascade ${whole.subject}`);
    expectThat(whole.builds === 3 && koji.tagged('s1').length === 0, 'it has landed before its gate was asked');
    await report(mill, whole.subject!, landTest, 'PASSED');
    const { landed } = await mill.reaches(id, 'completed', 20);
    expectThat(landed && koji.tagged('s1').length === 3, `${koji.tagged('s1').length} builds have landed`);
  },
};

/** The gate of a tier, or of all (null), once its builds are known. */
function asked(mill: Running, id: string, tier: number | null): Promise<Gate> {
  return mill.until(`that the gate of ${tier === null ? 'all' : `tier ${tier}`} is asked`, 30, async () => {
    const { gates: due = [] } = await mill.cascade(id);
    return due.find((gate) => gate.tier === tier && gate.subject !== null && gate.decision === 'pending') ?? null;
  });
}

/** As any CI does it: through ResultsDB's API. */
async function report(mill: Running, item: string, testcase: string, outcome: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${mill.mill.portBase + 3}/resultsdb/api/v2.0/results`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome, testcase, data: { item, type: 'koji-build-group' } }),
  });
  expectThat(answer.status === 201, `the result of ${testcase} is answered with ${answer.status}`);
}
