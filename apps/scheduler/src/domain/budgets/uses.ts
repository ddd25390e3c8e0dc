import { bytesOf, durationMs, matchesAny, type ReleaseDefinition } from '@millrace/contracts';
import { msBetween, type Moment } from '@millrace/kernel';
import type { CascadeRow } from '../state';
import { countedCost, type Cost } from './costs';

/** One limit, and how much of it a plan takes beside what others have taken. Hours of builders, or bytes. */
export interface BudgetUse {
  readonly of: 'cascade' | 'release' | 'sender';
  /** Of a sender: who. */
  readonly by: string | null;
  readonly what: 'builder_hours' | 'disk';
  readonly limit: number;
  readonly others: number;
  readonly foreseen: number;
  /** The time within which cascades are counted; null: this one alone. */
  readonly per: string | null;
  readonly over: boolean;
}

type Counted = Pick<CascadeRow, 'id' | 'by' | 'startedAt' | 'endedAt' | 'cost' | 'sums' | 'state'>;

interface Planned {
  /** null: it is only looked at. */
  readonly id: string | null;
  readonly by: string | null;
  readonly cost: Cost;
}

interface Limits {
  readonly builder_hours?: number | undefined;
  readonly disk?: string | undefined;
}

/** How much of each budget a plan takes. `cascades`: of the release, its own among them or not. */
export function usesOf(
  { budgets }: Pick<ReleaseDefinition, 'budgets'>,
  plan: Planned,
  cascades: readonly Counted[],
  at: Moment,
): readonly BudgetUse[] {
  if (!budgets) return [];
  const others = cascades.filter((one) => one.id !== plan.id && isCounted(one));
  const within = (per: string): Counted[] => others.filter((one) => msBetween(one.startedAt, at) < durationMs(per));
  const uses: BudgetUse[] = [];
  const { cascade, release, senders } = budgets;
  if (cascade) uses.push(...usesUnder(cascade, plan.cost, [], { of: 'cascade', by: null, per: null }));
  if (release) {
    uses.push(...usesUnder(release, plan.cost, within(release.per), { of: 'release', by: null, per: release.per }));
  }
  const by = plan.by;
  const sender = by === null ? undefined : senders?.find((one) => matchesAny(one.by, by));
  if (sender) {
    const same = within(sender.per).filter((one) => one.by === by);
    uses.push(...usesUnder(sender, plan.cost, same, { of: 'sender', by, per: sender.per }));
  }
  return uses;
}

/** What only waits or was given up before it began has taken nothing. */
function isCounted({ state, sums }: Counted): boolean {
  if (state === 'planning' || state === 'awaiting-approval') return false;
  return state !== 'cancelled' || (sums?.built ?? 0) > 0;
}

function usesUnder(
  { builder_hours, disk }: Limits,
  cost: Cost,
  others: readonly Counted[],
  of: Pick<BudgetUse, 'of' | 'by' | 'per'>,
): BudgetUse[] {
  const counted = others.map(countedCost);
  const uses: BudgetUse[] = [];
  if (builder_hours !== undefined) {
    const before = hours(counted.reduce((sum, one) => sum + one.work, 0));
    uses.push(useOf(of, 'builder_hours', builder_hours, before, hours(cost.work)));
  }
  if (disk !== undefined) {
    const before = counted.reduce((sum, one) => sum + (one.disk ?? 0), 0);
    uses.push(useOf(of, 'disk', bytesOf(disk), before, cost.disk ?? 0));
  }
  return uses;
}

function useOf(
  of: Pick<BudgetUse, 'of' | 'by' | 'per'>,
  what: BudgetUse['what'],
  limit: number,
  others: number,
  foreseen: number,
): BudgetUse {
  return { ...of, what, limit, others, foreseen, over: others + foreseen > limit };
}

function hours(ms: number): number {
  return ms / 3_600_000;
}

/** `12.5 of the 10 hours of builders that a cascade may take`. */
export function useWords({ of, by, what, limit, others, foreseen, per }: BudgetUse): string {
  const whose = of === 'cascade' ? 'a cascade' : of === 'release' ? `the release in ${per}` : `${by} in ${per}`;
  const unit = what === 'disk' ? 'of disk' : 'hours of builders';
  const beside = others > 0 ? ` beside ${amount(what, others)} of others` : '';
  return `${amount(what, foreseen)}${beside} of the ${amount(what, limit)} ${unit} that ${whose} may take`;
}

function amount(what: BudgetUse['what'], value: number): string {
  if (what === 'builder_hours') return String(Math.round(value * 100) / 100);
  return value >= 1e9 ? `${Math.round(value / 1e7) / 100} GB` : `${Math.round(value / 1e4) / 100} MB`;
}
