import type { Input } from '@millrace/scheduler/domain/input';
import { World, epochMs, type Taken, type Watching } from '../driver/world';
import { release } from '../driver/outside';
import { askedBy, changeOf, isRepeatable } from './deeds';
import { Promises } from './promises';
import type { PromiseNumber } from './promises/promise';
import { nameOf, outsideOf } from './small-world';
import { Story } from './story';
import type { Deed, Tale } from './tale';

/** Longer than any tale lasts in which nothing hangs, in virtual milliseconds. */
const longest = 48 * 3_600_000;

export interface Playing {
  readonly watch?: (taken: Taken) => void;
  /** Minutes from the start at which the scheduler dies, besides. */
  readonly crashes?: readonly number[];
  /** In the place of the scheduler's own. */
  readonly decide?: Watching['decide'];
  /** The promise that is watched; absent: all are. */
  readonly only?: PromiseNumber;
}

/**
 * Plays a tale to its end, with every promise watched after every decision.
 *
 * @throws an error whose message tells what happened until a promise was broken
 */
export async function play(tale: Tale, { watch, crashes = [], decide, only }: Playing = {}): Promise<World> {
  const story = new Story();
  const promises = new Promises(tale, only);
  const inputs: Input[] = [];
  const world: World = new World(outsideOf(tale), tale.seed, {
    reconciles: true,
    watches: tale.watched,
    ...(decide ? { decide } : {}),
    taken: (taken) => {
      story.taken(taken);
      promises.taken(world, taken);
      watch?.(taken);
      inputs.push(taken.input);
    },
  });
  try {
    if (tale.wellBefore) tale.needs.forEach((_, n) => builtBefore(world, nameOf(n)));
    await world.open();
    await world.take(changeOf(tale, tale.roots, 0), 'ada');
    await deeds(world, withCrashes(tale, crashes), { promises, inputs, story });
    await settle(world, promises);
    // What hung is seen to be over within a minute; what is found meanwhile comes to its end, too.
    for (let n = 0; tale.watched && n < 9; n++) {
      await whileTimePasses(world, promises);
      if (isOver(world)) break;
      await settle(world, promises);
    }
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
    await perform(world, tale, deed, { inputs, backups, count, promises });
  }
}

function isOver(world: World): boolean {
  return world.isQuiet && !world.isRunning;
}

async function settle(world: World, promises: Promises): Promise<void> {
  await steps(world, promises, (one) => isOver(one) || one.nowMs > epochMs + longest);
}

async function whileTimePasses(world: World, promises: Promises): Promise<void> {
  const until = world.nowMs + 5 * 60_000;
  await steps(world, promises, (one) => (one.nextMs ?? Infinity) > until);
}

/** It was validated before the tale begins. */
function builtBefore(world: World, component: string): void {
  const id = `${release}/${component}`;
  const row = { id, revision: 0, release, component, build: `old-${component}`, nvr: `${component.slice(4)}-0-1` };
  world.store.tables.validated.put({ ...row, contents: 'old', cascade: 'c0', generation: 1, source: null });
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
  readonly promises: Promises;
}

async function perform(
  world: World,
  tale: Tale,
  deed: Deed,
  { inputs, backups, count, promises }: Past,
): Promise<void> {
  if (deed.what === 'crash') return world.crash();
  if (deed.what === 'restore') {
    // What came after the backup came from a state that is no more.
    inputs.length = 0;
    backups[deed.n % backups.length]!();
    return promises.restored(world);
  }
  if (deed.what === 'again') {
    const input = inputs[deed.n % Math.max(1, inputs.length)];
    if (input && isRepeatable(input)) await world.take(input, 'scheduler');
    return;
  }
  const asked = askedBy(world, tale, deed, count);
  if (asked) await world.take(asked.input, asked.who);
}
