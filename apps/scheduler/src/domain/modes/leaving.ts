import type { ReleaseDefinition } from '@millrace/contracts';
import { refuse, type ComponentId, type Refusal } from '@millrace/kernel';
import type { ChangeRow } from '../change-rows';
import { detected } from '../changes';
import { waits } from '../consider';
import { holdCascade } from '../hold-acts';
import { liveOf } from '../live';
import type { CascadeRow, ReleaseRow } from '../state';
import type { Turn } from '../turn';
import { listed } from '../words';
import { drop, keepObserved, outstandingOf } from './observed';

/** What would start when a release that only observes acts. */
export interface Starts {
  readonly builds: number;
  readonly plans: number;
  /** Some of the components. */
  readonly components: readonly ComponentId[];
}

/** A number of builds that a person agreed to; `any`: whatever it is. */
export type Confirmed = number | 'any' | null;

/** With more rebuilds than these, one that stands in two plans is counted twice: they are not looked at one by one. */
export const mostCounted = 5000;

interface Planned {
  readonly component: ComponentId;
  readonly pass: number;
}

/** `open`: the rebuilds of the plans that are left to build; null: there are too many to look at. */
export function startsOf(plans: readonly CascadeRow[], open: readonly Planned[] | null): Starts {
  if (open === null) return { builds: leftIn(plans), plans: plans.length, components: [] };
  const keys = new Set(open.map((row) => `${row.component} ${row.pass}`));
  const components = [...new Set(open.map((row) => row.component))].sort();
  return { builds: keys.size, plans: plans.length, components: components.slice(0, 100) };
}

/** Rebuilds that are left to build, by the plans' own counts. */
export function leftIn(plans: readonly CascadeRow[]): number {
  return plans.reduce((sum, plan) => sum + Object.values(plan.openByTier).reduce((all, n) => all + n, 0), 0);
}

/** Does a definition end the observing of a release? */
export function leavesObserving(before: ReleaseDefinition, after: ReleaseDefinition): boolean {
  return before.mode === 'observe' && after.mode !== 'observe';
}

/**
 * Builds that would start now must be agreed to, by their number. Where a person lets each plan start, none does by
 * itself. The slice holds the plans that were observed, with what is left of them.
 */
export function refuseUnconfirmed(
  turn: Turn,
  release: ReleaseRow,
  definition: ReleaseDefinition,
  confirmed: Confirmed,
): Refusal | null {
  if (!leavesObserving(release.definition, definition) || definition.mode !== 'act') return null;
  const starts = startsNow(turn, release);
  if (starts.builds === 0 || confirmed === 'any' || confirmed === starts.builds) return null;
  const asked = confirmed === null ? '' : `, not ${confirmed}`;
  const names = starts.components.length > 0 ? `: ${listed(starts.components)}` : '';
  const because = `${startWords(starts)} would start now${asked}${names}`;
  const list = `millrace cascade list --release ${release.id} --state awaiting-approval`;
  const remedy = `look at them (${list}); apply it again with --yes ${starts.builds}, or cancel plans first`;
  return refuse('builds-would-start', because, remedy, 'conflict');
}

export function startsNow(turn: Turn, release: ReleaseRow): Starts {
  const plans = outstandingOf(turn, release);
  const ids = new Set(plans.map((plan) => plan.id));
  if (leftIn(plans) > mostCounted) return startsOf(plans, null);
  const open = turn.all('rebuilds').filter((row) => ids.has(row.cascade) && row.state === 'waiting');
  return startsOf(plans, open);
}

/**
 * A plan's changes without what people have built of them meanwhile; what that would have touched, and nobody has built,
 * takes its place. Finished builds that started a plan are taken as they are.
 */
function whatIsLeft(turn: Turn, plan: CascadeRow, changes: readonly ChangeRow[]): readonly ChangeRow[] {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === plan.id && row.state === 'waiting');
  const open = new Set(rows.map((row) => row.component));
  const named = new Set(changes.flatMap((change) => change.components.map((one) => one.component)));
  const touched = [...open].filter((component) => !named.has(component)).sort();
  return changes.map((change) => {
    if (change.all || change.build) return change;
    const kept = change.components.filter((one) => open.has(one.component));
    if (kept.length === change.components.length) return change;
    const more = touched.map((component) => ({ component, source: null, nvr: null }));
    return { ...change, components: [...kept, ...more] };
  });
}

export function startWords({ builds, plans }: Pick<Starts, 'builds' | 'plans'>): string {
  return `${builds} ${builds === 1 ? 'build' : 'builds'} of ${plans} ${plans === 1 ? 'plan' : 'plans'}`;
}

/** The mode of a release has changed: what it planned is taken up, or what runs is held. */
export function turnMode(turn: Turn, before: ReleaseDefinition, after: ReleaseDefinition): void {
  const { release: name } = after;
  if (leavesObserving(before, after)) return turn.self({ type: 'observed.taken-up', release: name });
  if (after.mode !== 'observe' || before.mode === 'observe') return;
  const why = 'the release only observes from now on: nothing is written outside';
  for (const id of liveOf(turn.row('releases', name))) {
    const cascade = turn.row('cascades', id);
    if (cascade.state === 'running' || cascade.state === 'stalled') holdCascade(turn, cascade, why);
    if (cascade.state === 'awaiting-approval') keepObserved(turn, cascade);
  }
}

/**
 * Plans that were observed are old: their changes are gathered, and planned once more on the graph as it is now. The
 * slice holds the plans and their changes.
 */
export function takeUpObserved(turn: Turn, name: string): void {
  const release = turn.row('releases', name);
  const plans = outstandingOf(turn, release);
  const because = `release ${name} does not only observe any more: what was planned meanwhile is planned anew`;
  const few = leftIn(plans) <= mostCounted;
  for (const plan of plans) {
    const own = turn.all('changes').filter((change) => change.cascade === plan.id);
    for (const change of few ? whatIsLeft(turn, plan, own) : own) {
      if (change.all || change.components.length > 0) detected(turn, waits(change, 'cascade', because));
    }
    drop(turn, plan, because);
  }
  if (plans.length > 0) turn.self({ type: 'changes.due', release: name });
}
