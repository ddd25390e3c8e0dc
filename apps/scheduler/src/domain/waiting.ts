import { durationMs, type ReleaseDefinition } from '@millrace/contracts';
import { later, type Moment } from '@millrace/kernel';
import { isAwaited } from './live';
import type { ChangeRow } from './change-rows';
import { detected } from './changes';
import { consider, inOrder, started, waits } from './consider';
import { endOf, freezeOf, freezeWords } from './freeze';
import { standingHold } from './hold-rows';
import { startCascade } from './start';
import type { CascadeRow, ReleaseRow } from './state';
import type { Turn } from './turn';

/** The release is free, a lull or a freeze is over, or there is a new definition: what is ripe becomes one cascade. */
export function startWaiting(turn: Turn, name: string): void {
  const release = turn.row('releases', name);
  const waiting = turn.all('changes').filter((one) => one.outcome === 'waits' && one.release === name);
  keepFrozen(turn, release, waiting);
  // These are decided anew: the running cascade may want them, or they may be built meanwhile.
  const thawed = waiting.filter((one) => isPutOff(one) && isRipe(turn, release, one));
  if (thawed.length > 0 && !standingHold(release.holds, null)) {
    for (const { id: change } of thawed) turn.self({ type: 'change.due', release: name, change });
    return turn.self({ type: 'changes.due', release: name });
  }
  const besideOthers = release.definition.triggers.concurrent === 'beside' && !isAwaited(turn);
  if ((release.running !== null && !besideOthers) || standingHold(release.holds, null)) return;
  const ripe = inOrder(waiting.filter((one) => isRipe(turn, release, one)));
  if (ripe.length === 0) return;
  const at = startsAt(release.definition, ripe);
  if (at > turn.at) return turn.wake(`changes/${name}`, at, { type: 'changes.due', release: name });
  startWith(turn, release, ripe.map(started));
}

/** Starts a cascade for changes; finished builds among them are taken by its rebuilds once it runs. */
export function startWith(turn: Turn, release: ReleaseRow, changes: readonly ChangeRow[]): CascadeRow {
  const cascade = startCascade(turn, release, changes);
  const adopts = changes.flatMap((one) => (one.build ? [one.build] : []));
  return adopts.length === 0 ? cascade : turn.put('cascades', { ...turn.row('cascades', cascade.id), adopts });
}

function isPutOff(change: ChangeRow): boolean {
  return change.waitsFor === 'freeze' || change.waitsFor === 'hold';
}

/** A freeze or a hold for which a change waited is over. */
export function changeDue(turn: Turn, id: string): void {
  const row = turn.find('changes', id);
  if (row?.outcome === 'waits' && isPutOff(row)) consider(turn, turn.row('releases', row.release), row);
}

/** It waits, and neither for a person nor for the end of a freeze. */
export function isRipe(turn: Turn, release: ReleaseRow, change: ChangeRow): boolean {
  if (change.outcome !== 'waits' || change.release !== release.id || change.waitsFor === 'approval') return false;
  return frozenBy(turn, release, change) === null;
}

/**
 * When a burst of changes starts: once none has come for the lull, at the latest the bound after its first. At once
 * where one of them is urgent, or was asked for by a person.
 */
export function startsAt(definition: ReleaseDefinition, changes: readonly ChangeRow[]): Moment {
  const followed = [...new Set(changes.flatMap((one) => (one.follows ? [one.follows.release] : [])))];
  const groups = [null, ...followed].map((of) => changes.filter((one) => (one.follows?.release ?? null) === of));
  return groups.flatMap((group) => (group.length === 0 ? [] : [burstEnds(definition, group)])).sort()[0]!;
}

/** Of changes with the same lull: what lands in a release that is followed has one of its own. */
function burstEnds(definition: ReleaseDefinition, changes: readonly ChangeRow[]): Moment {
  const times = changes.map((one) => one.decided?.at ?? one.at).sort();
  if (changes.some((one) => one.settles !== true || one.urgency === 'security')) return times[0]!;
  const { lull, lullMax } = lullOf(definition, changes.at(-1)!);
  const quiet = durationMs(lull);
  const most = lullMax === null ? 10 * quiet : durationMs(lullMax);
  const [first, last] = [later(times[0]!, most), later(times.at(-1)!, quiet)];
  return first < last ? first : last;
}

function lullOf({ triggers: { lull, lull_max } }: ReleaseDefinition, { follows }: ChangeRow) {
  return follows ?? { lull, lullMax: lull_max ?? null };
}

export function settleWords(definition: ReleaseDefinition, change: ChangeRow): string {
  const { lull, lullMax } = lullOf(definition, change);
  const bound = lullMax ?? 'ten times that';
  if (change.follows)
    return `what lands in ${change.follows.release} within ${lull} becomes one cascade, at the latest after ${bound}`;
  return `changes that come within ${lull} of each other become one cascade, at the latest after ${bound}`;
}

/** A freeze may have begun while a change waited for something else: it says so, and is looked at when one ends. */
function keepFrozen(turn: Turn, release: ReleaseRow, waiting: readonly ChangeRow[]): void {
  const frozen = waiting.flatMap((change) => {
    const freeze = change.waitsFor === 'approval' ? null : frozenBy(turn, release, change);
    return freeze ? [{ change, freeze }] : [];
  });
  for (const { change, freeze } of frozen) {
    if (change.waitsFor !== 'freeze' || change.until !== endOf(freeze)) {
      detected(turn, waits(change, 'freeze', freezeWords(freeze), endOf(freeze)));
    }
  }
  const [next] = frozen.map(({ freeze }) => endOf(freeze)).sort();
  if (next) turn.wake(`freeze/${release.id}`, next, { type: 'changes.due', release: release.id });
}

function frozenBy(turn: Turn, release: ReleaseRow, change: ChangeRow) {
  const named = change.all ? ('all' as const) : change.components.map((one) => one.component);
  return freezeOf(release.definition, 'changes', named, change.urgency, turn.at);
}
