import { digestOf } from '@millrace/kernel';
import { liveOf, withLive } from './live';
import { detected } from './changes';
import { askForPlan } from './plan';
import type { CascadeRow, ChangeRow, ReleaseRow } from './state';
import { termsIn } from './terms';
import type { Turn } from './turn';
import { clip } from './words';

/** Names of roots that a cascade carries with it; its request has all of them. */
export const mostRoots = 50;

/** Why a change starts a cascade. */
export function startWords({ running }: ReleaseRow): string {
  return running === null
    ? 'no cascade of this release was running'
    : `it names nothing that cascade ${running} rebuilds, and runs beside it`;
}

export function startCascade(turn: Turn, release: ReleaseRow, changes: readonly ChangeRow[]): CascadeRow {
  const number = release.cascades + 1;
  const id = `c${number}-${digestOf([turn.context.id, number]).slice(7, 13)}`;
  const components = new Map(changes.flatMap((one) => one.components.map((c) => [c.component, c] as const)));
  const all = changes.some((one) => one.all);
  const sources = [...components.values()].flatMap((one) => (one.source ? [[one.component, one.source] as const] : []));
  const { definition } = release;
  turn.put('releases', { ...withLive(release, [...liveOf(release), id]), cascades: number });
  turn.put('requests', {
    id,
    revision: 0,
    release: release.id,
    members: all ? 'all' : [...components.keys()].sort(),
    sources: Object.fromEntries(sources),
    ...(changes.every((one) => one.ordered === false) ? { ordered: false } : {}),
    // A set is what was named, and no more.
    ...(definition.reach && changes.some((one) => one.kind !== 'set') ? { reach: definition.reach } : {}),
  });
  const terms = termsIn(definition);
  const { first } = terms.canaries;
  const cascade: CascadeRow = {
    id,
    revision: 0,
    release: release.id,
    number,
    definitionRevision: release.definitionRevision,
    terms,
    state: 'planning',
    roots: all ? [] : [...components.keys()].sort().slice(0, mostRoots),
    why: clip([...new Set(changes.map((one) => one.why).filter(Boolean))].join('; ') || 'it was asked for', 1000),
    by: changes[0]!.by,
    plan: 0,
    planning: { asked: 0, made: 0, wanted: [] },
    tiers: 0,
    counts: {},
    openByTier: {},
    scope: definition.scope,
    pace: definition.pace,
    snapshot: null,
    urgency: urgencies.find((urgency) => changes.some((one) => one.urgency === urgency)) ?? 'normal',
    ramp: { allowed: first === 0 ? null : first, ends: 0, losses: 0, accepted: false },
    overlay: 0,
    doubtful: 0,
    takingUp: false,
    closing: false,
    problem: null,
    round: 0,
    startedAt: turn.at,
    endedAt: null,
    landed: false,
    repository: null,
  };
  for (const one of changes) detected(turn, { ...one, outcome: 'cascade', cascade: id, because: startWords(release) });
  return askForPlan(turn, turn.put('cascades', cascade));
}

/** The most urgent first. */
const urgencies = ['security', 'normal', 'background'] as const;
