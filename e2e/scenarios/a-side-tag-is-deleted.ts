import { doors, type DoorReply } from '@millrace/contracts';
import type { KojiHub } from '@millrace/koji';
import { expectThat } from '@millrace/testing/stories';
import { layOutKoji, type KojiRelease } from '../harness/koji-release';
import type { Running } from '../harness/running';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'middle', needs: ['base'] },
  { name: 'other', needs: [] },
];

type Tags = DoorReply<typeof doors.scheduler.sideTags>['sideTags'];

export const scenario: Scenario = {
  title:
    'the base moves, a side tag is deleted and another adopted under a cascade, which lands; what is left is cleaned',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const mill = await stage.start({ settings: koji.settings });
    await mill.apply(koji.definition({ side_tags: { base: 'pin' }, scope: 'direct' }));
    await mill.reaches(await mill.startCascade('s1', 'all'), 'completed', 60);
    const before = nvrOf(koji, 's1', 'other');

    koji.brews({ ...parts[0]!, release: '2' });
    koji.brews({ ...parts[1]!, release: '2' }, 'compile');
    koji.git.commit('base', { 'base.c': 'int base;\n' }, 'A new function');
    const { cascade } = await mill.report('s1', ['rpm/base']);
    await mill.reaches(cascade!, 'stalled', 60);
    const first = (await tagsOf(mill)).find((one) => one.state === 'open')!;
    const people = koji.connect('maintainer');
    await moveTheBase(koji, people, mill, cascade!);
    expectThat(nvrOf(koji, first.tag, 'other') === before, 'what the base had was not pinned in the side tag');
    stage.say('the base has moved; the cascade keeps what it had');

    koji.hub.control.deleteTag(first.tag, 'maintainer');
    const second = await mill.until('that the side tag is made anew', 40, async () => {
      const found = (await tagsOf(mill)).find((one) => one.state === 'open');
      return found && found.tag !== first.tag && found.builds >= 1 ? found : null;
    });
    expectThat(nvrOf(koji, second.tag, 'base').startsWith('base-1-2'), 'what was validated is not in the new side tag');
    stage.say('somebody deleted the side tag; it was made anew with what was in it');

    const made = await people.write.createSideTag('s1-build');
    const theirs = made.kind === 'answered' ? made.value.name : '';
    const refused = await mill.attempt('sidetag', 'adopt', 's1', '--cascade', cascade!);
    expectThat(
      refused.code === 1 && refused.stderr.includes('no side tag'),
      `adopting a tag that is none: ${refused.stderr}`,
    );
    await mill.millrace('sidetag', 'adopt', theirs, '--release', 's1', '--why', 'mine is nicer');
    koji.brews({ ...parts[1]!, release: '2' });
    await mill.millrace('cascade', 'retry', cascade!);
    await mill.reaches(cascade!, 'completed', 60);
    expectThat(
      nvrOf(koji, 's1', 'middle').startsWith('middle-1-2'),
      'the cascade did not land from the adopted side tag',
    );
    expectThat(koji.tagged('s1').filter((nvr) => nvr === before).length === 1, 'what was pinned has landed');

    const plan = await mill.millrace('sidetag', 'clean', '--dry-run', '--json');
    expectThat(
      (JSON.parse(plan) as Tags).some((one) => one.tag === second.tag),
      `not to be cleaned: ${plan}`,
    );
    await mill.millrace('sidetag', 'clean', '--why', 'the story is over');
    expectThat(!koji.hub.control.has(second.tag), 'the side tag that the cascade left is still there');
    expectThat(koji.hub.control.has(theirs), "somebody's own side tag was removed");
  },
};

/** A maintainer puts another build of a part into the base, that the cascade has nothing to do with. */
async function moveTheBase(koji: KojiRelease, people: KojiHub, mill: Running, cascade: string): Promise<void> {
  koji.brews({ ...parts[2]!, release: '2' });
  const commit = koji.git.git('other', 'rev-parse', 'main').trim();
  await people.write.build(`git+${koji.sourceOf('other')}#${commit}`, 's1', {});
  const built = await mill.until('that the maintainer has built other', 40, () => {
    const nvr = nvrOf(koji, 's1-candidate', 'other');
    return (
      koji.hub.state.builds.find((one) => nvr === `${one.name}-${one.version}-${one.release}` && one.state === 1) ??
      null
    );
  });
  await people.write.moveBuild('s1-candidate', 's1', built.id as never);
  await mill.until('that the move is seen and pinned', 40, async () => {
    const { moves } = await mill.client.call(doors.scheduler.sideTagMoves, { cascade });
    const [tag] = (await tagsOf(mill)).filter((one) => one.state === 'open');
    return moves[0]?.effect === 'pin' && tag !== undefined && nvrOf(koji, tag.tag, 'other') !== '' ? true : null;
  });
}

async function tagsOf(mill: Running): Promise<Tags> {
  return (await mill.client.call(doors.scheduler.sideTags, { release: 's1' })).sideTags;
}

function nvrOf(koji: KojiRelease, tag: string, name: string): string {
  return koji.tagged(tag).findLast((nvr) => nvr.startsWith(`${name}-`)) ?? '';
}
