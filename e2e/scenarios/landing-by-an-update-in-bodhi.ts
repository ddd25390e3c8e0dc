import { startFakeBodhi, type FakeBodhi } from '@millrace/bodhi/fake';
import { doors } from '@millrace/contracts';
import type { BuildId } from '@millrace/koji';
import { expectThat } from '@millrace/testing/stories';
import { layOutKoji, type KojiRelease } from '../harness/koji-release';
import type { Running } from '../harness/running';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'app', needs: ['base'] },
];

export const scenario: Scenario = {
  title: 'a cascade lands by one update in Bodhi, called off once, though answers are lost and the server goes away',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const fake = await startFakeBodhi({ tag: (name) => tagIn(koji, name) });
    stage.atEnd(() => fake.stop());
    fake.addToken('shown-once', 'millrace');
    const bodhi = { address: fake.url, token_file: stage.secret('bodhi-token', 'shown-once\n') };
    const settings = { scheduler: { ...koji.settings.scheduler, bodhi } };
    // The harvester is asked whether what landed is in a compose.
    const mill = await stage.start({ apps: ['resolver', 'scheduler', 'ci-bridge', 'harvester'], settings });
    await mill.apply(koji.definition({ landing_policy: { adapter: 'bodhi', bodhi: { type: 'bugfix' } } }));

    fake.loseAnswers(1);
    const cascade = await mill.startCascade('s1', 'all');
    const update = await mill.until('that the update is made', 60, () => fake.updates[0] ?? null);
    stage.say(`${update.alias} is made, and its answer is lost`);
    await abort(mill, fake, cascade);
    stage.say('a person called it off; the update is unpushed, though the scheduler was killed');
    fake.fails(503);
    await mill.millrace('cascade', 'land', cascade, '--why', 'the beta is out', '--no-wait');
    expectThat(update.notes.includes(`Millrace-Landing: s1/${cascade}`), `it carries no mark: ${update.notes}`);
    expectThat(koji.tagged('s1').length === 0, 'something has landed before the update is stable');
    await ship(koji, fake, update.alias);
    fake.fails(null);
    await mill.reaches(cascade, 'completed', 60);

    const made = fake.calls.filter((call) => call === 'POST /updates/').length;
    // Made once, and edited once when it came again.
    expectThat(fake.updates.length === 1 && made <= 2, `${fake.updates.length} updates were made by ${made} calls`);
    const held = [...update.builds].map((nvr) => nvr.split('-')[0]).sort();
    expectThat(held.join() === 'app,base', `the update holds ${update.builds.join(', ')}`);
    const reverted = await mill.attempt('cascade', 'revert', cascade, '--why', 'too late');
    expectThat(
      reverted.code === 1 && reverted.stderr.includes(update.alias),
      `revert: ${reverted.stderr || reverted.stdout}`,
    );
  },
};

/** Somebody calls the landing off while it waits for the update, and the scheduler dies with that. */
async function abort(mill: Running, fake: FakeBodhi, cascade: string): Promise<void> {
  const landing = () => mill.client.call(doors.scheduler.landing, { cascade });
  await mill.until('that the landing waits for the update', 60, async () => {
    return (await landing()).problem?.includes('is pending') ? true : null;
  });
  const since = mill.child('scheduler').starts();
  const said = await mill.millrace('cascade', 'land', cascade, '--abort', '--no-wait', '--why', 'a freeze begins');
  mill.kill('scheduler');
  expectThat(said.includes('goes back'), `abort: ${said}`);
  await mill.isBack('scheduler', since);
  await mill.reaches(cascade, 'stalled', 60);
  const { state, problem } = await landing();
  expectThat(problem?.includes('a freeze begins') === true, `why it does not land: ${problem}`);
  expectThat(state === 'refused' && fake.updates[0]!.status === 'unpushed', 'it was not taken back');
  const again = await mill.attempt('cascade', 'land', cascade, '--abort', '--why', 'twice');
  expectThat(again.code === 1 && again.stderr.includes('is refused'), `abort again: ${again.stderr}`);
}

/** The gate passes, and Bodhi moves the builds into the release's tag. */
async function ship(koji: KojiRelease, fake: FakeBodhi, alias: string): Promise<void> {
  const people = koji.connect('kojiadmin');
  fake.gate(alias, 'passed');
  for (const nvr of fake.updates[0]!.builds) {
    const build = koji.hub.state.builds.find((one) => nvr === `${one.name}-${one.version}-${one.release}`)!;
    await people.write.tagBuild('s1', build.id as BuildId);
  }
  fake.push(alias, 'stable');
}

/** What Bodhi asks Koji of a tag. */
function tagIn({ hub, tagged }: KojiRelease, name: string) {
  const tag = hub.state.tags.find((one) => one.name === name);
  if (!tag) return null;
  const owner = hub.state.users.find((one) => one.id === tag.owner)?.name ?? null;
  return { builds: tagged(name), sideTag: tag.sideOf !== null, owner };
}
