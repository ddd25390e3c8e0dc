import { doors, type DoorReply, type ReleaseDefinition, type Urgency } from '@millrace/contracts';
import { later, moment, type ComponentId } from '@millrace/kernel';
import { shutFrom, thawOf } from '../domain/budgets/calendar';
import { ownSlots } from '../domain/budgets/shares';
import { usesOf, useWords } from '../domain/budgets/uses';
import { capacityId } from '../domain/capacity';
import { forecast } from '../domain/forecast';
import { placed } from '../domain/paths';
import { systemsOf } from '../domain/policy';
import { foreseenCost } from './foreseen-cost';
import { releaseNamed, type Outside } from './outside';
import { expectations } from './plan';

type Plan = DoorReply<typeof doors.scheduler.cascadePlan>;
type Impact = DoorReply<typeof doors.resolver.impact>;
type Scope = Plan['scopes'][number]['scope'];

const hour = 3_600_000;
/** Components of a critical path that are told. */
const mostShown = 200;

/** How long rebuilds take, how many run at one time, and when it would start. */
interface Circumstances {
  readonly expectedOf: (component: ComponentId) => number;
  readonly known: ReadonlySet<ComponentId>;
  readonly slots: number;
  readonly definition: ReleaseDefinition;
  readonly urgency: Urgency;
  readonly now: string;
}

/** Who asks for a plan, and how urgent it would be. */
export interface PlanAsked {
  readonly by: string | null;
  readonly urgency: Urgency;
}

/** What a plan takes, and how far a change of its members goes in other scopes. Asks the resolver; stores nothing. */
export async function outlookOf(
  outside: Pick<Outside, 'read' | 'asker'>,
  name: string,
  impact: Impact,
  members: readonly ComponentId[] | 'all',
  scopes: readonly Scope[],
  { by, urgency }: PlanAsked,
): Promise<Pick<Plan, 'outlook' | 'scopes' | 'budget'>> {
  const { id: release, definition } = await releaseNamed(outside.read, name);
  const circumstances = await circumstancesOf(outside.read, definition, urgency);
  const rows: Plan['scopes'] = [];
  for (const scope of members === 'all' ? [] : scopes) {
    const reached = await reachedBy(outside, release, members as readonly ComponentId[], scope);
    rows.push({ scope, chosen: scope === (definition.reach ?? definition.scope), ...figures(reached, circumstances) });
  }
  const budget = await budgetOf(outside.read, release, impact, circumstances, by);
  return { outlook: figures(impact, circumstances), scopes: rows, ...(budget.length > 0 ? { budget } : {}) };
}

/** How much of the budgets of the release a plan would take, were it started by `by`. */
async function budgetOf(
  read: Outside['read'],
  name: string,
  { rebuilds }: Impact,
  { expectedOf, now }: Circumstances,
  by: string | null,
): Promise<NonNullable<Plan['budget']>> {
  const release = await releaseNamed(read, name);
  if (!release.definition.budgets) return [];
  const timed = rebuilds.map(({ component }) => ({ component, expected: expectedOf(component) }));
  const cost = await foreseenCost(read, release, timed);
  const cascades = await read.cascades.where({ release: name }, { orderBy: '-started_at', limit: 1000 });
  const uses = usesOf(release.definition, { id: null, by, cost }, cascades, now);
  return uses.map((use) => ({ ...use, text: useWords(use) }));
}

/** The plan of the members and of everything that a change of them reaches in a scope. */
async function reachedBy(
  { asker }: Pick<Outside, 'asker'>,
  release: string,
  members: readonly ComponentId[],
  scope: Scope,
): Promise<Impact> {
  const { set, snapshot } = await asker.ask(doors.resolver.reach, { release, changed: [...members], scope });
  const all = [...new Set([...members, ...set.map((one) => one.id)])];
  return asker.ask(doors.resolver.impact, { release, snapshot, members: all });
}

function figures(impact: Impact, circumstances: Circumstances): Plan['outlook'] {
  const { expectedOf, known, slots, now, definition, urgency } = circumstances;
  const names = impact.rebuilds.map((one) => one.component);
  const start = thawOf(definition, 'changes', names, urgency, now);
  const timed = placed(impact.rebuilds, expectedOf);
  const shut = shutFrom(definition, urgency, start);
  const { work, critical, finish, chain } = forecast(timed, slots, shut);
  const quiet = shut ? finish - forecast(timed, slots).finish : 0;
  const end = later(start, finish);
  const lands = thawOf(definition, 'landing', names, urgency, end);
  const learned = impact.rebuilds.filter((one) => known.has(one.component)).length;
  return {
    rebuilds: impact.rebuilds.length,
    tiers: impact.tiers,
    knots: impact.knots.length,
    builderHours: hours(work),
    expectedHours: hours(finish),
    expectedFinish: end,
    ...(start > now ? { expectedStart: start } : {}),
    ...(lands > end ? { expectedLanding: lands } : {}),
    ...(quiet > 0 ? { quietHours: hours(quiet) } : {}),
    criticalHours: hours(critical),
    criticalPath: chain.slice(0, mostShown),
    learned: impact.rebuilds.length === 0 ? 0 : Math.round((100 * learned) / impact.rebuilds.length) / 100,
  };
}

async function circumstancesOf(
  read: Outside['read'],
  definition: ReleaseDefinition,
  urgency: Urgency,
): Promise<Circumstances> {
  const capacities = await read.capacity.getMany(systemsOf(definition).map(capacityId));
  const durations = await read.durations.where({ release: definition.release });
  return {
    expectedOf: await expectations(read, definition.release),
    known: new Set(durations.map((row) => row.component)),
    slots: ownSlots(definition, capacities),
    ...{ definition, urgency, now: moment(Date.now()) },
  };
}

function hours(ms: number): number {
  return Math.round((100_000 * ms) / hour) / 100_000;
}
