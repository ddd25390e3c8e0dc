import { later, msBetween } from '@millrace/kernel';
import { quietNow } from './budgets/quiet';
import { firstWithRoom, slotChannel } from './budgets/shares';
import { FairTurns, weights } from './fair-turns';
import { isFollowing } from './following';
import type { CapacityInput } from './input';
import { isClear } from './needs';
import type { CapacityRow, CascadeRow, RebuildRow, Slot } from './state';
import type { Turn } from './turn';

/** Breakdowns in a row after which a build system counts as down. */
const mostBreakdowns = 5;
const trialEvery = 60_000;
const channelsEvery = 120_000;

/**
 * The slots of one build system: given to the rebuilds that are ready, fairly between cascades, and inside a cascade
 * by priority and longest remaining path. The slice holds the heads of the queues.
 */
export function decideCapacity(turn: Turn, input: CapacityInput): void {
  const row = changed(turn, turn.find('capacity', capacityId(input.system)) ?? emptyCapacity(input.system), input);
  if (input.type === 'slots.look') return grant(turn, row);
  turn.put('capacity', row);
  turn.look(input.system);
}

export function capacityId(system: string): string {
  return `build-system/${system}`;
}

/** Column of the rebuilds that wait for a slot: the build system's name; null for all others. */
export function queueOf(rebuild: RebuildRow): string | null {
  const queues = rebuild.state === 'ready' && rebuild.notBefore === null && isClear(rebuild);
  return queues ? rebuild.system : null;
}

/** Ascending: who comes first in a queue. Priority is worth more than any path of less than three years. */
export function rankOf(rebuild: Pick<RebuildRow, 'priority' | 'path'>): number {
  return -(rebuild.priority * 1e11 + rebuild.path);
}

function changed(turn: Turn, row: CapacityRow, input: CapacityInput): CapacityRow {
  switch (input.type) {
    case 'capacity.known':
      turn.work('capacity.look', `${input.system}/${turn.context.id}`, { system: input.system });
      return { ...row, limit: input.limit };
    case 'channels.due':
      turn.work('capacity.look', `${input.system}/${turn.context.id}`, { system: input.system });
      return row;
    case 'channels.known':
      return channelsKnown(turn, row, input);
    case 'slots.look':
      return row;
    case 'slot.returned': {
      const granted = row.granted.filter((one) => one.rebuild !== input.rebuild || one.attempt !== input.attempt);
      // What comes a second time says nothing new.
      const held = granted.length < row.granted.length;
      return held && input.worked ? up(turn, { ...row, granted }, input.of) : { ...row, granted };
    }
    case 'system.broke':
      return broke(turn, row, input);
  }
}

/** How many builds its channels bear is asked again in a while, where a release leaves a share of them to people. */
function channelsKnown(
  turn: Turn,
  row: CapacityRow,
  { system, channels }: Extract<CapacityInput, { type: 'channels.known' }>,
) {
  if (channels === null) return row;
  turn.wake(`channels/${system}`, later(turn.at, channelsEvery), { type: 'channels.due', system });
  // What was known holds while it cannot be asked.
  return { ...row, channels: { ...row.channels, ...channels } };
}

/** It did something: whatever it was that broke, it is over. */
function up(turn: Turn, row: CapacityRow, of: string | undefined): CapacityRow {
  if (row.breakdowns === 0 && row.downSince === null) return row;
  if (row.downSince !== null) tellRelease(turn, of);
  return { ...row, breakdowns: 0, downSince: null, nextTry: null, problem: null };
}

type Broke = Extract<CapacityInput, { type: 'system.broke' }>;

function broke(turn: Turn, row: CapacityRow, { problem, of }: Broke): CapacityRow {
  const breakdowns = row.breakdowns + 1;
  if (breakdowns < mostBreakdowns) return { ...row, breakdowns, problem };
  const nextTry = later(turn.at, trialEvery);
  const system = row.id.slice('build-system/'.length);
  turn.wake(`trial/${system}`, nextTry, { type: 'slots.look', system });
  if (row.downSince === null) tellRelease(turn, of);
  return { ...row, breakdowns, problem, downSince: row.downSince ?? turn.at, nextTry };
}

/** The release whose build showed it raises the alert, or ends it, at once. */
function tellRelease(turn: Turn, release: string | undefined): void {
  if (release !== undefined) turn.self({ type: 'watch.due', release });
}

function grant(turn: Turn, row: CapacityRow): void {
  const granted = [...row.granted];
  const taken = new Set(granted.map((one) => `${one.rebuild} ${one.attempt}`));
  const queues = queuesOf(turn, row, taken);
  const most = row.downSince === null ? row.limit : trials(turn, row);
  const fresh: Slot[] = [];
  const { turns: before, ...rest } = row;
  const turns = new FairTurns(
    before,
    queues.map((one) => one.cascade),
  );
  while (granted.length < most) {
    const queue = nextQueue(queues, granted, turns);
    const [head] = queue?.rows.splice(queue.next(granted), 1) ?? [];
    if (!queue || !head) break;
    const { definition } = turn.row('releases', head.release);
    const { id: rebuild, attempt, release, cascade, component } = head;
    const slot = { rebuild, attempt, release, cascade, ...slotChannel(definition, component) };
    granted.push(slot);
    fresh.push(slot);
    queue.allowed--;
    turns.took(queue.cascade);
  }
  for (const { rebuild, attempt, release } of fresh) turn.self({ type: 'slot.granted', release, rebuild, attempt });
  turn.put('capacity', { ...rest, granted, ...turns.kept() });
}

/** A build system that is down gets one build a minute, until one comes through. */
function trials(turn: Turn, row: CapacityRow): number {
  // A try that is further away was put off by a clock that has been set right since.
  const isDue = row.nextTry !== null && (row.nextTry <= turn.at || msBetween(turn.at, row.nextTry) > trialEvery);
  return isDue ? 1 : 0;
}

interface Queue {
  readonly cascade: CascadeRow;
  readonly rows: RebuildRow[];
  /** Builds of the release at one time. */
  readonly bound: number;
  /** Which of its rows may start beside those that were granted a slot; -1: none. */
  readonly next: (granted: readonly Slot[]) => number;
  /** Starts that the cascade's ramp still allows, and quiet hours. */
  allowed: number;
}

function queuesOf(turn: Turn, row: CapacityRow, taken: ReadonlySet<string>): Queue[] {
  const system = row.id.slice('build-system/'.length);
  const byCascade = new Map<string, RebuildRow[]>();
  for (const rebuild of turn.all('rebuilds')) {
    if (queueOf(rebuild) !== system || taken.has(`${rebuild.id} ${rebuild.attempt}`)) continue;
    const rows = byCascade.get(rebuild.cascade) ?? [];
    rows.push(rebuild);
    byCascade.set(rebuild.cascade, rows);
  }
  return [...byCascade].flatMap(([id, rows]) => {
    const cascade = turn.row('cascades', id);
    if (cascade.state !== 'running' || isFollowing(cascade)) return [];
    const { definition } = turn.row('releases', cascade.release);
    const { counts, ramp } = cascade;
    const quiet = quietNow(definition, cascade.urgency, turn.at);
    if (quiet) turn.wake(`quiet/${system}/${id}`, quiet.until, { type: 'slots.look', system });
    const sorted = rows.sort((a, b) => rankOf(a) - rankOf(b) || (a.id < b.id ? -1 : 1));
    const underWay = (counts.submitting ?? 0) + (counts.building ?? 0) + (counts.gating ?? 0);
    const coming = row.granted.filter((one) => one.cascade === id && !isStarted(turn, one)).length;
    return [
      {
        cascade,
        rows: sorted,
        bound: definition.capacity,
        next: (granted) => firstWithRoom(definition, system, row, sorted, granted),
        allowed: quiet ? 0 : ramp.allowed === null ? Infinity : ramp.allowed - underWay - coming,
      },
    ];
  });
}

/** Has the rebuild taken its slot? Those that have not are still at the heads of the queues. */
function isStarted(turn: Turn, slot: Slot): boolean {
  return turn.find('rebuilds', slot.rebuild)?.state !== 'ready';
}

/** The queue whose cascade has the least of the build system, by its weight; where several do, who has had the least. */
function nextQueue(queues: readonly Queue[], granted: readonly Slot[], turns: FairTurns): Queue | null {
  let best: Queue | null = null;
  let least = Infinity;
  for (const queue of queues) {
    if (queue.allowed <= 0 || queue.next(granted) < 0) continue;
    if (granted.filter((one) => one.release === queue.cascade.release).length >= queue.bound) continue;
    const share = granted.filter((one) => one.cascade === queue.cascade.id).length / weights[queue.cascade.urgency];
    if (share > least || (share === least && best && turns.of(queue.cascade) >= turns.of(best.cascade))) continue;
    least = share;
    best = queue;
  }
  return best;
}

function emptyCapacity(system: string): CapacityRow {
  return {
    id: capacityId(system),
    revision: 0,
    limit: 0,
    granted: [],
    breakdowns: 0,
    downSince: null,
    nextTry: null,
    problem: null,
  };
}
