import { digestOf, isRefusal, moment, msOf, refuse, type Refusal } from '@millrace/kernel';
import type { Outcome } from './acts/outcomes';
import { advance, unstall } from './advance';
import { liveOf } from './live';
import { aliveCascade } from './cascade-members';
import { holdCascade, holdRebuilds, resumeCascade, resumeRebuilds } from './hold-acts';
import { holdWords, type Hold, type HoldScope } from './hold-rows';
import { sliceSize } from './plan';
import type { CascadeRow, ReleaseRow } from './state';
import type { TriggerInput } from './trigger-input';
import type { Turn } from './turn';

type Input<Type extends TriggerInput['type']> = Extract<TriggerInput, { type: Type }>;

interface Done {
  readonly done: boolean;
  readonly text: string;
  /** What became of each cascade of the release. */
  readonly acts?: readonly Outcome[];
}

/** A person lets something start no more, until somebody resumes it or the hold's time is over. */
export function setHold(turn: Turn, input: Input<'hold.set'>): Refusal | Done {
  const until = input.until === null ? null : moment(msOf(input.until));
  if (until !== null && until <= turn.at) {
    return refuse('hold-over', `the hold would end at ${until}, which is past`, 'give --until a time to come');
  }
  const { why, scope } = input;
  const { cascade, tier, component } = scope;
  const hold: Hold = {
    ...{ id: `h-${digestOf(turn.context.id).slice(7, 19)}`, cascade, tier, component },
    ...{ by: turn.context.who, why, at: turn.at, until },
  };
  const held = cascade === null ? holdRelease(turn, hold) : holdInCascade(turn, hold);
  if (isRefusal(held)) return held;
  const release = turn.row('releases', turn.release!);
  for (const old of release.holds ?? []) if (sameScope(old, hold)) wakeFor(turn, old, null);
  const others = (release.holds ?? []).filter((old) => !sameScope(old, hold) && isLive(turn, old));
  turn.put('releases', { ...release, holds: [...others, hold] });
  wakeFor(turn, hold, until);
  const { text, acts } = withActs(held);
  return { done: true, text: until === null ? text : `${text}, at the latest at ${until}`, ...acts };
}

/** A person lets it go on. */
export function endHold(turn: Turn, input: Input<'hold.end'>): Refusal | Done {
  const release = turn.row('releases', turn.release!);
  const { scope, why } = input;
  const hold = (release.holds ?? []).find((one) => sameScope(one, scope)) ?? null;
  if (scope.cascade === null && hold === null) {
    const what = scope.component === null ? `release ${release.id}` : `${scope.component} in release ${release.id}`;
    return refuse('hold-unknown', `nobody holds ${what}`, 'look at `millrace cascade holds`', 'conflict');
  }
  if (hold) dropHold(turn, hold);
  const about = { ...scope, why };
  const resumed = scope.cascade === null ? resumeRelease(turn, about) : resumeInCascade(turn, scope.cascade, about);
  if (isRefusal(resumed)) return resumed;
  const { text, acts } = withActs(resumed);
  return { done: true, text, ...acts };
}

function withActs(done: InRelease | string) {
  return typeof done === 'string' ? { text: done, acts: {} } : { text: done.text, acts: { acts: done.acts } };
}

/** The time of a hold is over; what a person has resumed or held anew meanwhile is left as it is. */
export function holdDue(turn: Turn, id: string): void {
  const release = turn.row('releases', turn.release!);
  const hold = release.holds?.find((one) => one.id === id);
  if (!hold) return;
  // The clock was ahead when the timer was set: the hold lasts until the time that a person named.
  if (hold.until !== null && hold.until > turn.at) return wakeFor(turn, hold, hold.until);
  dropHold(turn, hold);
  const why = `the hold of ${hold.by} is over${hold.why ? ` (${hold.why})` : ''}`;
  // A refusal says that there is nothing to resume any more.
  if (hold.cascade === null) resumeRelease(turn, { ...hold, why });
  else resumeInCascade(turn, hold.cascade, { ...hold, why });
}

/** The next rebuilds of a tier are held, or go on. The slice holds them, in the order of their ids. */
export function turnTier(turn: Turn, input: Input<'tier.turned'>): void {
  const { place, after, held, because } = input;
  const { cascade, tier } = place;
  const rows = turn
    .all('rebuilds')
    .filter((row) => row.cascade === cascade && row.tier === tier && row.id > after)
    .filter((row) => row.state === 'waiting' || row.state === 'ready');
  for (const row of rows) {
    if (row.held === held) continue;
    turn.put('rebuilds', { ...row, held, because });
    if (!held) unstall(turn, cascade, `tier ${tier} goes on`);
    advance(turn, row.id);
  }
  const last = rows.map((row) => row.id).sort();
  if (rows.length >= sliceSize) turn.self({ ...input, after: last.at(-1)! });
}

interface InRelease {
  readonly text: string;
  readonly acts: readonly Outcome[];
}

function holdRelease(turn: Turn, hold: Hold): InRelease {
  const release = turn.row('releases', turn.release!);
  const { id } = release;
  const { component, why } = hold;
  const cascades = liveOf(release).map((one) => turn.row('cascades', one));
  if (component !== null) {
    // Only what has not started can be held; what joins later is held from the start.
    const acts = cascades
      .filter(isAlive)
      .flatMap((one) => became(one, component, holdRebuilds(turn, one, component, why)));
    return { text: `${component} does not start in any cascade of ${id} until it is resumed`, acts };
  }
  const acts = cascades.filter(isAlive).flatMap((one) => became(one, null, holdCascade(turn, one, why)));
  return { text: `nothing new starts in release ${id} until it is resumed; what runs goes on`, acts };
}

function resumeRelease(turn: Turn, { component, why }: HoldScope & { readonly why: string }): InRelease {
  const release = turn.row('releases', turn.release!);
  const { id } = release;
  const cascades = liveOf(release).map((one) => turn.row('cascades', one));
  if (component !== null) {
    const acts = cascades.flatMap((one) => became(one, component, resumeRebuilds(turn, one, component)));
    return { text: `${component} goes on in release ${id}`, acts };
  }
  const held = cascades.filter((one) => one.state === 'held');
  const acts = held.flatMap((one) => became(one, null, resumeCascade(turn, one, why)));
  turn.self({ type: 'changes.due', release: id });
  return { text: `release ${id} goes on`, acts };
}

/** Nothing, for a cascade that does not rebuild the component at all. */
function became({ id: cascade }: CascadeRow, component: string | null, what: Refusal | string): readonly Outcome[] {
  if (!isRefusal(what)) return [{ cascade, component, done: true, text: what }];
  const { code, because: text, remedy } = what;
  return code === 'rebuild-unknown' ? [] : [{ cascade, component, done: false, text, code, remedy }];
}

function holdInCascade(turn: Turn, hold: Hold): Refusal | string {
  const cascade = aliveCascade(turn, hold.cascade!);
  if (isRefusal(cascade)) return cascade;
  const { tier, component, why } = hold;
  if (tier !== null) return changeTier(turn, cascade, tier, true, holdWords(hold));
  return component === null ? holdCascade(turn, cascade, why) : holdRebuilds(turn, cascade, component, why);
}

function resumeInCascade(
  turn: Turn,
  id: string,
  { tier, component, why }: HoldScope & { readonly why: string },
): Refusal | string {
  const cascade = aliveCascade(turn, id);
  if (isRefusal(cascade)) return cascade;
  if (tier !== null) return changeTier(turn, cascade, tier, false, 'it goes on');
  return component === null ? resumeCascade(turn, cascade, why) : resumeRebuilds(turn, cascade, component);
}

function changeTier(turn: Turn, cascade: CascadeRow, tier: number, held: boolean, because: string): Refusal | string {
  const { id, release, tiers } = cascade;
  if (tier >= tiers) {
    const remedy = `look at \`millrace cascade show ${id}\`: its tiers are 0 to ${tiers - 1}`;
    return refuse('tier-unknown', `cascade ${id} has no tier ${tier}`, remedy, 'missing');
  }
  turn.self({ type: 'tier.turned', release, place: { cascade: id, tier }, after: '', held, because });
  return held ? `nothing new starts in tier ${tier} of cascade ${id}` : `tier ${tier} of cascade ${id} goes on`;
}

function dropHold(turn: Turn, hold: Hold): void {
  const release: ReleaseRow = turn.row('releases', turn.release!);
  turn.put('releases', { ...release, holds: (release.holds ?? []).filter((one) => one.id !== hold.id) });
  wakeFor(turn, hold, null);
}

function wakeFor(turn: Turn, hold: Hold, at: string | null): void {
  if (hold.until === null) return;
  turn.wake(`hold/${hold.id}`, at, { type: 'hold.due', release: turn.release!, hold: hold.id });
}

function sameScope(a: HoldScope, b: HoldScope): boolean {
  return a.cascade === b.cascade && a.tier === b.tier && a.component === b.component;
}

/** Holds in a cascade that has ended are forgotten. */
function isLive(turn: Turn, hold: Hold): boolean {
  return hold.cascade === null || liveOf(turn.row('releases', turn.release!)).includes(hold.cascade);
}

function isAlive(cascade: CascadeRow): boolean {
  return cascade.state !== 'completed' && cascade.state !== 'cancelled' && !cascade.closing;
}
