import { doors, type DoorReply } from '@millrace/contracts';
import { brokenForCommit, brokenForHand, count, isBroken, parts } from './distribution';
import { startCi } from './ci';
import { prove, type Proof } from './proofs';
import { expectThat, until } from '@millrace/testing/stories';
import { release, type World } from './world';

type Cascade = DoorReply<typeof doors.scheduler.cascade>;

export interface Outcome extends Proof {
  readonly ok: true;
  readonly cascade: string;
  readonly rebuilds: number;
  readonly validated: number;
  readonly by_hand: number;
  /** Needs of rebuilds whose new builds were in the build root, as the scheduler itself says it. */
  readonly inputs_proven: number;
  readonly drafts_promoted: number;
  readonly scheduler_killed: number;
  readonly seconds: number;
}

export async function tellStory(world: World): Promise<Outcome> {
  const began = Date.now();
  const id = await begin(world);
  const endCi = startCi(world);
  try {
    const killed = await disturb(world, id);
    await threeFail(world, id);
    await byHand(world, id);
    await byCommit(world, id);
    const done = await until({ what: 'that the cascade is completed', seconds: 60 }, async () =>
      whole(world, id, 'completed'),
    );
    const drafts = await endCi();
    expectThat(drafts === count, `the gate should have seen ${count} drafts, and saw ${drafts}`);
    expectThat(done.landed, 'the cascade did not land');
    const proof = await prove(world);
    const proven = await provenInputs(world, done);
    const inState = (state: string): number => done.rebuilds.filter((one) => one.state === state).length;
    const seconds = Math.round((Date.now() - began) / 100) / 10;
    return {
      ...{ ok: true, cascade: id, rebuilds: done.rebuilds.length, validated: inState('validated'), ...proof },
      by_hand: done.rebuilds.filter((one) => one.origin === 'hand').length,
      ...{ inputs_proven: proven, drafts_promoted: drafts, scheduler_killed: killed, seconds },
    };
  } finally {
    await endCi();
  }
}

async function begin(world: World): Promise<string> {
  const started = await until({ what: 'that the resolver knows the parts', seconds: 60 }, () =>
    world.client.call(doors.scheduler.cascadeStart, { release, components: [], all: true, why: 'everything anew' }),
  );
  expectThat(started.cascade !== null, `no cascade was started: ${started.because}`);
  world.say(`cascade ${started.cascade} rebuilds ${parts.length} parts in Koji`);
  return started.cascade!;
}

/** Offline, lost answers, a killed scheduler: in the middle, twice. */
async function disturb(world: World, id: string): Promise<number> {
  await validatedAtLeast(world, id, 2);
  await world.hub.act('trouble', { loseAnswers: 5 });
  world.say('! the hub loses its answers to the next five writes');
  await validatedAtLeast(world, id, 5);
  await killScheduler(world);
  await world.hub.act('trouble', { offline: true });
  world.say('! the hub is offline');
  await new Promise((done) => setTimeout(done, 2500));
  await world.hub.act('trouble', { offline: false, loseAnswers: 3, loseOf: 'build' });
  world.say('! it is back, and loses the answers to three submissions');
  await validatedAtLeast(world, id, 9);
  // Between a submission and its answer, and with a hub that has forgotten the session.
  await world.hub.act('trouble', { loseAnswers: 2, loseOf: null, slowMs: 60 });
  await killScheduler(world);
  await world.hub.act('dropSessions');
  await world.hub.act('trouble', { slowMs: 0 });
  return 2;
}

async function killScheduler(world: World): Promise<void> {
  const child = world.child('scheduler');
  const pid = await until({ what: 'that the scheduler runs', seconds: 30 }, () => Promise.resolve(child.pid()));
  const starts = child.starts();
  process.kill(pid, 'SIGKILL');
  world.say('! kill -9 scheduler');
  await until({ what: 'that the scheduler is up again', seconds: 60 }, async () =>
    child.starts() > starts && (await world.client.problemOf('scheduler')) === null ? true : null,
  );
}

/** Whatever does not need them goes on; then the cascade names them. */
async function threeFail(world: World, id: string): Promise<void> {
  const stalled = await until({ what: 'that three parts have failed', seconds: 120 }, () =>
    whole(world, id, 'stalled'),
  );
  const failed = stalled.rebuilds.filter((one) => one.state === 'failed').map((one) => one.component.slice(4));
  // The two that need it cannot fail before it is mended.
  const open = failed.filter((name) => isBroken(name));
  expectThat(open.length === failed.length, `these should not fail: ${failed.join(', ')}`);
  expectThat(failed.includes(brokenForHand), `${brokenForHand} should have failed`);
  world.say(`failed: ${failed.join(', ')}; everything that does not need them went on`);
}

/** A maintainer builds it against the cascade's side tag, past Millrace: it is found, proven and adopted. */
async function byHand(world: World, id: string): Promise<void> {
  const commit = await world.mend(brokenForHand);
  const { sideTag } = await world.hub.state().then(sideTagOf);
  const maintainer = world.hub.connect('maintainer');
  const source = `git+${world.sourceOf(brokenForHand)}#${commit}`;
  const outcome = await maintainer.write.build(source, sideTag, { draft: true });
  await maintainer.close();
  expectThat(outcome.kind === 'answered', 'the maintainer heard nothing of the hub');
  world.say(`a maintainer builds ${brokenForHand} by hand in ${sideTag}`);
  await until({ what: 'that the build by hand is adopted', seconds: 60 }, async () => {
    const { rebuilds } = await world.client.call(doors.scheduler.cascade, { cascade: id });
    const row = rebuilds.find((one) => one.component === `rpm/${brokenForHand}`);
    return row?.state === 'validated' && row.origin === 'hand' ? true : null;
  });
}

function sideTagOf(state: Awaited<ReturnType<World['hub']['state']>>): { readonly sideTag: string } {
  const tags = state.tags.filter((tag) => tag.sideOf !== null);
  expectThat(tags.length === 1, `one side tag was wanted, and there are ${tags.length}`);
  return { sideTag: tags[0]!.name };
}

async function byCommit(world: World, id: string): Promise<void> {
  for (const name of brokenForCommit) {
    await until({ what: `that ${name} has failed`, seconds: 60 }, async () => {
      const { rebuilds } = await world.client.call(doors.scheduler.cascade, { cascade: id });
      return rebuilds.some((one) => one.component === `rpm/${name}` && one.state === 'failed') ? true : null;
    });
    await world.mend(name);
    await until({ what: `that ${name} is tried again`, seconds: 30 }, () =>
      world.client.call(doors.scheduler.cascadeRetry, { cascade: id, component: `rpm/${name}`, why: 'it is mended' }),
    );
    world.say(`${name} is mended by a commit and tried again`);
  }
}

/** "Built against the new library: yes, proven", of every RPM that needs another. */
async function provenInputs(world: World, { cascade, rebuilds }: Cascade): Promise<number> {
  let proven = 0;
  for (const { component } of rebuilds.filter((one) => one.component.startsWith('rpm/'))) {
    const { builtAgainst = [] } = await world.client.call(doors.scheduler.explain, { cascade, component });
    const doubtful = builtAgainst.find((one) => one.proven !== 'yes');
    expectThat(!doubtful, `${component} is not proven to be built against ${doubtful?.component}: ${doubtful?.proven}`);
    proven += builtAgainst.length;
  }
  expectThat(proven > 0, 'nothing was proven to be built against anything');
  world.say(`built against what the cascade had made: ${proven} times proven by build roots`);
  return proven;
}

async function validatedAtLeast(world: World, id: string, number: number): Promise<void> {
  await until({ what: `that ${number} parts are validated`, seconds: 90 }, async () => {
    const { rebuilds } = await world.client.call(doors.scheduler.cascade, { cascade: id });
    return rebuilds.filter((one) => one.state === 'validated').length >= number ? true : null;
  });
}

async function whole(world: World, id: string, state: Cascade['state']): Promise<Cascade | null> {
  const cascade = await world.client.call(doors.scheduler.cascade, { cascade: id });
  return cascade.state === state ? cascade : null;
}
