import { snapshotCame } from './baseline/baseline';
import { check, changeId } from './changes';
import type { TriggerInput } from './trigger-input';
import type { Turn } from './turn';
import { clip, listed } from './words';

/** A change names no more components: what is broken beyond that shows in the next snapshot. */
const mostBroken = 500;

/**
 * The resolver has a new snapshot of a release's graph: it is compared with the last one. The first is a baseline: what
 * is broken then is not rebuilt unasked.
 */
export function graphPublished(turn: Turn, input: Extract<TriggerInput, { type: 'graph.published' }>): void {
  const release = turn.row('releases', input.release);
  const { snapshot: to, number = null } = input;
  const from = release.snapshot ?? null;
  if (from === to) return;
  // The word of an older one came late, or once more: what it had and the newest has not is no loss.
  if (number !== null && isOneSeries(from, to) && number <= (release.snapshotNumber ?? 0)) return;
  turn.put('releases', { ...release, snapshot: to, snapshotNumber: number });
  snapshotCame(turn, release.id, to, from === null);
  if (from !== null) turn.work('snapshot.check', `${release.id}/${to}`, { release: release.id, from, to });
}

/** Snapshots that are made of sources and those that are imported are counted apart: `mill-7`, `mill-i2`. */
function isOneSeries(from: string | null, to: string): boolean {
  return from !== null && from.replace(/\d+$/, '') === to.replace(/\d+$/, '');
}

/** What a new snapshot broke becomes one change; the rules of the release say whether that starts a cascade. */
export function snapshotChecked(turn: Turn, input: Extract<TriggerInput, { type: 'snapshot.checked' }>): void {
  const { release, to, broken } = input;
  const names = [...new Set(broken.map((one) => one.component))].sort();
  if (names.length === 0) return;
  const lost = [...new Set(broken.map((one) => one.requirement))];
  const why = `snapshot ${to} satisfies no more ${listed(lost, 3)} for ${listed(names, 3)}`;
  check(turn, {
    ...{ change: changeId(turn), release, kind: 'snapshot', urgency: 'normal', by: 'resolver', times: 0 },
    components: names.slice(0, mostBroken).map((component) => ({ component })),
    why: clip(why, 500),
    message: { source: 'resolver', id: clip(to, 300) },
  });
}
