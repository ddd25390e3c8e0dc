import type { CascadeRow, RebuildRow } from '@millrace/scheduler/domain/state';
import { hasGrounds } from '../needs-of';
import { shortOf } from '../story';
import { broken, settled, underWay, type Standing, type Watcher } from './promise';

/** By state: those from which a decision may bring a rebuild into it. */
const from: Readonly<Record<string, readonly string[]>> = {
  waiting: ['ready', 'submitting', 'building', 'failed', 'rejected'],
  ready: ['waiting', 'submitting', 'building', 'failed', 'rejected'],
  submitting: ['waiting', 'ready'],
  building: ['submitting'],
  gating: ['waiting', 'ready', 'submitting', 'building', 'failed', 'rejected'],
  validated: ['gating'],
  failed: ['waiting', 'ready', 'submitting', 'building'],
  rejected: ['gating'],
  skipped: ['waiting', 'ready', 'failed', 'rejected'],
  unneeded: ['waiting', 'ready'],
  cancelled: ['waiting', 'ready', 'submitting', 'building', 'gating', 'failed', 'rejected'],
};

/** Promise 4: what is settled never changes back; nothing is validated that was not at its gate; counts are true. */
export function byTheTable(): Watcher {
  return {
    taken(_world, { input, refusal }) {
      if (refusal && (!refusal.because || !refusal.remedy)) broken(4, `${input.type} is refused without a remedy`);
    },
    changed(_world, row, old) {
      if (!old || old.state === row.state) return;
      if (!from[row.state]!.includes(old.state)) broken(4, `${shortOf(row)} went from ${old.state} to ${row.state}`);
    },
    stands({ cascades, rebuilds }) {
      for (const cascade of cascades) {
        counted(
          cascade,
          rebuilds.filter((row) => row.cascade === cascade.id),
        );
      }
    },
  };
}

function counted(cascade: CascadeRow, mine: readonly RebuildRow[]): void {
  const counts = new Map<string, number>();
  for (const row of mine) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
  for (const [state, count] of Object.entries(cascade.counts)) {
    if (count !== (counts.get(state) ?? 0)) {
      broken(4, `${cascade.id} counts ${count} ${state} of ${counts.get(state) ?? 0}`);
    }
  }
  const open = mine.filter((row) => !settled.includes(row.state)).length;
  const byTier = Object.values(cascade.openByTier).reduce((sum, count) => sum + count, 0);
  if (open !== byTier) broken(4, `${cascade.id} counts ${byTier} open rebuilds of ${open}`);
}

/** Promise 3: whoever waits in a stalled cascade, waits for a failure or a person. */
export function blocksOnlyAbove(): Watcher {
  return {
    ended({ cascades, rebuilds }) {
      const rows = new Map(rebuilds.map((row) => [row.id, row]));
      for (const cascade of cascades) {
        if (cascade.state !== 'stalled' || cascade.pace !== 'flow') continue;
        const mine = rebuilds.filter((row) => row.cascade === cascade.id);
        const groundless = mine.find((row) => row.state === 'waiting' && !hasGrounds(rows, row));
        if (groundless) broken(3, `${shortOf(groundless)} waits in a stalled cascade for no failure`);
      }
    },
  };
}

/** Promise 12: a cascade ends; when it cannot, it is stalled and has named whom it waits for. */
export function comesToAnEnd(): Watcher {
  const named = new Map<string, string>();
  return {
    taken(_world, { effects }) {
      for (const effect of effects) {
        if (effect.lane !== 'bus') continue;
        if (!/^millrace\.scheduler\.(cascade\.stalled|rebuild\.failed|rebuild\.rejected)\./.test(effect.event))
          continue;
        const { cascade } = effect.data as { cascade: string };
        named.set(cascade, `${named.get(cascade) ?? ''} ${JSON.stringify(effect.data)}`);
      }
    },
    stands: saysThatNothingMoves,
    ended({ cascades, rebuilds }) {
      for (const cascade of cascades) {
        const mine = rebuilds.filter((row) => row.cascade === cascade.id);
        if (cascade.state === 'planning' || cascade.state === 'running') {
          broken(12, `${cascade.id} is ${cascade.state} and nothing moves`);
        }
        const open = mine.find((row) => !settled.includes(row.state));
        if (cascade.state === 'completed' && open) {
          broken(12, `${cascade.id} is completed with ${shortOf(open)} ${open.state}`);
        }
        if (cascade.state === 'stalled') namesAll(mine, named.get(cascade.id) ?? '');
      }
    },
  };
}

/** A cascade in which nothing moves any more is not said to be running. */
function saysThatNothingMoves({ world, cascades, rebuilds }: Standing): void {
  if (!world.isQuiet) return;
  for (const cascade of cascades) {
    if (cascade.state !== 'running' || cascade.closing || cascade.takingUp) continue;
    if (cascade.planning.asked > cascade.planning.made) continue;
    const mine = rebuilds.filter((row) => row.cascade === cascade.id);
    const moves = mine.some((row) => ['ready', ...underWay, 'gating'].includes(row.state));
    if (!moves && mine.some((row) => !settled.includes(row.state))) {
      broken(12, `${cascade.id} is running, and nothing in it moves`);
    }
  }
}

function namesAll(mine: readonly RebuildRow[], words: string): void {
  // Who is doubted only for what it was built on waits for that.
  const doubted = (row: RebuildRow): boolean => row.doubts?.includes(row.id) === true;
  const bad = mine.filter((row) => row.state === 'failed' || row.state === 'rejected' || doubted(row));
  const unnamed = bad.find((row) => !words.includes(`"${row.component}"`));
  if (unnamed) broken(12, `${shortOf(unnamed)} is named nowhere`);
}
