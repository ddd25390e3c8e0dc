import type { Input } from '@millrace/scheduler/domain/input';
import { World, epochMs, type Taken } from '../driver/world';
import { askedBy, changeOf, isRepeatable } from './deeds';
import { Promises } from './promises';
import { outsideOf } from './small-world';
import { Story } from './story';
import type { Deed, Tale } from './tale';

/** Longer than any tale lasts in which nothing hangs, in virtual milliseconds. */
const longest = 48 * 3_600_000;

export interface Playing {
  readonly watch?: (taken: Taken) => void;
  /** Minutes from the start at which the scheduler dies, besides. */
  readonly crashes?: readonly number[];
}

/**
 * Plays a tale to its end, with every promise watched after every decision.
 *
 * @throws an error whose message tells what happened until a promise was broken
 */
export async function play(tale: Tale, { watch, crashes = [] }: Playing = {}): Promise<World> {
  const story = new Story();
  const promises = new Promises(tale, story);
  const inputs: Input[] = [];
  const world: World = new World(outsideOf(tale), tale.seed, {
    reconciles: true,
    taken: (taken) => {
      story.taken(taken);
      promises.taken(world, taken);
      watch?.(taken);
      inputs.push(taken.input);
    },
  });
  try {
    await world.open();
    await world.take(changeOf(tale, tale.roots, 0), 'ada');
    await deeds(world, withCrashes(tale, crashes), { promises, inputs, story });
    await settle(world, promises);
    promises.ended(world);
  } catch (thrown) {
    throw new Error(`${story.text()}\n${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`, {
      cause: thrown,
    });
  }
  return world;
}

async function deeds(world: World, tale: Tale, { promises, inputs, story }: Telling): Promise<void> {
  let atMs = epochMs;
  const backups: (() => void)[] = [];
  let count = 0;
  for (const { afterMinutes, deed } of tale.deeds) {
    atMs += afterMinutes * 60_000;
    await steps(world, promises, (one) => (one.nextMs ?? Infinity) > atMs);
    world.passTo(atMs);
    backups.push(world.backup());
    if (deed.what === 'crash' || deed.what === 'restore') story.tell(world.nowMs, `${deed.what} of the scheduler`);
    if (deed.what === 'change') count++;
    await perform(world, tale, deed, { inputs, backups, count });
  }
}

async function settle(world: World, promises: Promises): Promise<void> {
  const isOver = (one: World): boolean => one.isQuiet && !one.isRunning;
  await steps(world, promises, (one) => isOver(one) || one.nowMs > epochMs + longest);
}

async function steps(world: World, promises: Promises, until: (world: World) => boolean): Promise<void> {
  while (!until(world) && (await world.step())) promises.afterStep(world);
}

/** The same deeds at the same times, with crashes between them. */
function withCrashes(tale: Tale, crashes: readonly number[]): Tale {
  if (crashes.length === 0) return tale;
  let minute = 0;
  const timed = tale.deeds.map(({ afterMinutes, deed }) => ({ at: (minute += afterMinutes), deed }));
  const all = [...timed, ...crashes.map((at) => ({ at, deed: { what: 'crash' } as const }))].sort(
    (a, b) => a.at - b.at,
  );
  minute = 0;
  const deeds = all.map(({ at, deed }) => {
    const afterMinutes = at - minute;
    minute = at;
    return { afterMinutes, deed };
  });
  return { ...tale, deeds };
}

interface Telling {
  readonly promises: Promises;
  readonly story: Story;
  readonly inputs: Input[];
}

interface Past {
  readonly inputs: Input[];
  /** One for each deed so far. */
  readonly backups: readonly (() => void)[];
  /** Changes so far, this one included. */
  readonly count: number;
}

async function perform(world: World, tale: Tale, deed: Deed, { inputs, backups, count }: Past): Promise<void> {
  if (deed.what === 'crash') return world.crash();
  if (deed.what === 'restore') {
    // What came after the backup came from a state that is no more.
    inputs.length = 0;
    return backups[deed.n % backups.length]!();
  }
  if (deed.what === 'again') {
    const input = inputs[deed.n % Math.max(1, inputs.length)];
    if (input && isRepeatable(input)) await world.take(input, 'scheduler');
    return;
  }
  const asked = askedBy(world, tale, deed, count);
  if (asked) await world.take(asked.input, asked.who);
}
