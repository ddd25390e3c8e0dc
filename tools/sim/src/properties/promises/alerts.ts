import type { alertRaised, EventData } from '@millrace/contracts';
import type { RebuildRow } from '@millrace/scheduler/domain/state';
import type { World } from '../../driver/world';
import type { Tale } from '../tale';
import { broken, type Standing, type Watcher } from './promise';

const minute = 60_000;
/** The scheduler looks every minute, and after a pause of its own gives everybody one more. */
const slack = 3 * minute;
const untakenAfter = 30 * minute;
const silentAfter = 5 * minute;
const slowLeast = 10 * minute;
const slowTimes = 4;

interface Since {
  /** When the database was set back: nobody can have seen what hung before. */
  readonly fromMs: number;
  /** By build: since when its gate is asked. */
  readonly gatingSince: ReadonlyMap<string, number>;
}

/** Promise 13: whatever hangs has one open alert with a remedy, and no alert stays open when it is over. */
export function nothingHangsUnseen(tale: Tale): Watcher {
  const open = new Set<string>();
  const gatingSince = new Map<string, number>();
  let silentMs: number | null = null;
  let restoredMs = 0;
  if (!tale.watched) return {};
  return {
    taken(world, { input, effects }) {
      for (const effect of effects) {
        if (effect.lane !== 'bus' || !/scheduler\.alert\./.test(effect.event)) continue;
        const raised = effect.event.includes('.raised.');
        told(open, raised, effect.data as EventData<typeof alertRaised>);
        if (raised) tooSoon(world, effect.data as EventData<typeof alertRaised>, gatingSince);
      }
      if (input.type === 'builds.seen') silentMs = input.problem === null ? null : (silentMs ?? world.nowMs);
      const sees = input.type === 'watch.due' && world.nowMs - restoredMs > 2 * slack;
      if (sees) for (const id of open) stillHangs(world, id);
    },
    changed(world, row, old) {
      if (row.state === 'gating' && old?.state !== 'gating') gatingSince.set(row.build!, world.nowMs);
    },
    stands(standing) {
      everythingIsSaid(standing, open, { fromMs: restoredMs, gatingSince });
      const polled = silentMs === null || standing.world.nowMs - silentMs <= silentAfter + slack;
      if (!polled && !some(open, 'poller-silent')) broken(13, 'the list of builds cannot be read, and nobody was told');
    },
    restored(world) {
      open.clear();
      restoredMs = world.nowMs;
      for (const row of world.store.tables.alerts.rows.values()) if (row.endedAt === null) open.add(row.id);
    },
    ended({ world }) {
      for (const id of open) if (!id.startsWith('gate-')) stillHangs(world, id);
    },
  };
}

function told(open: Set<string>, raised: boolean, { alert, remedy, text }: EventData<typeof alertRaised>): void {
  if (raised === open.has(alert)) broken(13, `${alert} is ${raised ? 'raised' : 'ended'} twice`);
  if (raised && (!remedy || !text)) broken(13, `${alert} says nothing of what to do`);
  if (raised) open.add(alert);
  else open.delete(alert);
}

/** Nobody is told of what does not hang yet. */
function tooSoon(
  world: World,
  { kind, about }: EventData<typeof alertRaised>,
  gatingSince: Since['gatingSince'],
): void {
  const { nowMs } = world;
  const soon: Readonly<Record<string, () => boolean>> = {
    'build-slow': () => nowMs - world.farm.times(about).takenMs < slowLeast,
    'task-untaken': () => nowMs - world.farm.times(about).submittedMs < untakenAfter,
    'gate-silent': () => nowMs - (gatingSince.get(about) ?? 0) < silentAfter,
  };
  if (soon[kind]?.()) broken(13, `${kind} ${about} is said too soon`);
}

/** An open alert is about something that is not over, as it is when the release has just been looked at. */
function stillHangs(world: World, id: string): void {
  const [kind, ...rest] = id.split('/');
  const ref = rest.join('/');
  const rows = [...world.store.tables.rebuilds.rows.values()];
  const row = rows.find((one) => one.build === ref);
  const over: Readonly<Record<string, () => boolean>> = {
    'build-slow': () => row?.state !== 'building',
    'task-untaken': () => row?.state !== 'building' || world.farm.phase(ref, world.nowMs - slack) !== 'submitted',
    'gate-overdue': () => row?.verdict === 'passed' || (row?.state !== 'gating' && row?.state !== 'rejected'),
    'gate-silent': () => row?.state !== 'gating' || row.verdict !== null,
    'build-system-down': () => [...world.store.tables.capacity.rows.values()].every((one) => one.downSince === null),
  };
  if (over[kind!]?.()) broken(13, `${id} is over, and its alert is open`);
}

function everythingIsSaid({ world, rebuilds }: Standing, open: ReadonlySet<string>, since: Since): void {
  if (world.nowMs - since.fromMs < slack) return;
  for (const row of rebuilds) {
    const hanging = row.build === null ? null : hangs(world, row, since);
    if (hanging && !open.has(`${hanging}/${row.build}`)) broken(13, `${hanging} ${row.build}: nobody was told`);
  }
  const [slots] = world.store.tables.capacity.rows.values();
  const down = slots?.downSince ?? null;
  if (down !== null && isOlder(world, down, slack) && !some(open, 'build-system-down')) {
    broken(13, 'the build system is down, and nobody was told');
  }
}

function some(open: ReadonlySet<string>, kind: string): boolean {
  return [...open].some((id) => id.startsWith(`${kind}/`));
}

/** What the build or its gate hangs in beyond all doubt. */
function hangs(world: World, row: RebuildRow, { fromMs, gatingSince }: Since): string | null {
  if (row.state === 'building') {
    const { takenMs, submittedMs, longestMs } = world.farm.times(row.build!);
    if (takenMs > world.nowMs)
      return world.nowMs - Math.max(submittedMs, fromMs) > untakenAfter + slack ? 'task-untaken' : null;
    // A builder took it: that is seen with the next look, and its time counts from there.
    const running = world.nowMs - Math.max(takenMs, submittedMs, fromMs) - slack;
    const known = Math.max(longestMs, world.outside.expectedMs(row.component));
    return running > Math.max(slowLeast, slowTimes * known) ? 'build-slow' : null;
  }
  if (row.state !== 'gating' || row.verdict !== null) return null;
  const since = Math.max(fromMs, gatingSince.get(row.build!) ?? world.nowMs);
  return world.nowMs - since > silentAfter + slack ? 'gate-silent' : null;
}

function isOlder(world: World, since: string, ms: number): boolean {
  return world.nowMs - Date.parse(since) > ms;
}
