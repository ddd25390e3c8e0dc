import { doors, type DoorReply } from '@millrace/contracts';
import { AppError, digestOf, moment, msOf, type Moment } from '@millrace/kernel';
import { answer, type BoundDoor } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { shadowOf, type MadeBuild, type ShadowPlan } from '../domain/shadow/shadow';
import type { BuildRow, CascadeRow, ChangeRow, RebuildRow, Rows } from '../domain/state';
import { componentOfId } from '../domain/words';
import { missing } from './missing';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };
type Report = DoorReply<typeof doors.scheduler.shadow>;

/** What one report looks at. */
const mostBuilds = 20_000;
const mostPlans = 1000;
const mostRebuilds = 50_000;

/** What people did in a release beside what would have been done, from the database alone. */
export function shadowQuestions(read: Read): readonly BoundDoor<never>[] {
  return [
    answer(doors.scheduler.shadow, async ({ release: name, limit, offset, ...asked }): Promise<Report> => {
      const release = await read.releases.get(name);
      if (!release) throw missing('release', name, 'look at `millrace release list`');
      const since = moment(msOf(asked.since));
      const until = moment(asked.until === undefined ? Date.now() : msOf(asked.until));
      if (since > until) throw backwards(since, until);
      const span = { from: since, until };
      const [made, planned] = [await madeIn(read, name, span), await plannedIn(read, name, span)];
      const { counts, ...lists } = shadowOf(made.builds, planned.plans);
      const truncated = made.truncated || planned.truncated;
      return {
        release: name,
        since,
        until,
        mode: release.definition.mode,
        counts,
        ...paged(lists, offset, limit),
        truncated,
      };
    }),
  ];
}

interface Span {
  readonly from: Moment;
  readonly until: Moment;
}

function paged<Lists extends Readonly<Record<string, readonly unknown[]>>>(
  lists: Lists,
  offset: number,
  limit: number,
): Lists {
  const parts = Object.entries(lists).map(([name, list]) => [name, list.slice(offset, offset + limit)]);
  return Object.fromEntries(parts) as Lists;
}

async function madeIn(read: Read, release: string, span: Span) {
  const rows = await read.builds.where({ release, started_at: span }, { orderBy: 'started_at', limit: mostBuilds + 1 });
  const hand = rows
    .slice(0, mostBuilds)
    .filter((row) => row.origin === 'hand' && !row.bootstrap && row.endedAt !== null);
  const changes = new Map<string, ChangeRow>();
  for (let n = 0; n < hand.length; n += 500) {
    for (const row of await read.changes.getMany(hand.slice(n, n + 500).map(changeOf))) changes.set(row.id, row);
  }
  const builds = hand.map((row): MadeBuild => madeOf(row, changes.get(changeOf(row))));
  return { builds, truncated: rows.length > mostBuilds };
}

/** The change that a build of somebody is. */
function changeOf({ id }: BuildRow): string {
  return `ch-${digestOf(id).slice(7, 19)}`;
}

function madeOf(row: BuildRow, change: ChangeRow | undefined): MadeBuild {
  const { id: build, component, nvr, startedAt, endedAt } = row;
  const state = row.state === 'failed' || row.state === 'cancelled' ? row.state : 'complete';
  const starts = change?.outcome === 'cascade';
  const about = { starts, because: change?.because ?? null, by: change?.by ?? 'somebody' };
  return { component, build, nvr: nvr ?? build, startedAt, endedAt: endedAt!, state, ...about };
}

async function plannedIn(read: Read, release: string, span: Span) {
  const rows = await read.cascades.where(
    { release, started_at: span },
    { orderBy: 'started_at', limit: mostPlans + 1 },
  );
  const plans: ShadowPlan[] = [];
  let left = mostRebuilds;
  for (const cascade of rows.slice(0, mostPlans)) {
    if (cascade.plan === 0 || left <= 0) continue;
    const rebuilds = await read.rebuilds.where({ cascade: cascade.id }, { orderBy: 'tier', limit: left });
    left -= rebuilds.length;
    plans.push(await planOf(read, cascade, rebuilds));
  }
  return { plans, truncated: rows.length > mostPlans || left <= 0 };
}

async function planOf(read: Read, cascade: CascadeRow, rows: readonly RebuildRow[]): Promise<ShadowPlan> {
  const there = new Set((await read.builds.getMany(cascade.adopts ?? [])).map((build) => build.component));
  const meant = rows.filter((row) => row.state !== 'skipped' && !row.bootstrap && !there.has(row.component));
  const shadows = meant.filter((row) => !isOwn(row));
  const rebuilds = shadows.map(({ component, tier, path, planned, needs }) => {
    return { component, tier, path, because: planned, needs: [...new Set(needs.map(componentOfId))] };
  });
  return { cascade: cascade.id, at: cascade.startedAt, rebuilds, own: meant.length - shadows.length };
}

/** What it has built itself is no shadow of what people did. */
function isOwn({ build, resumed, nvr }: RebuildRow): boolean {
  return build !== null && nvr !== null && !resumed;
}

function backwards(since: Moment, until: Moment): AppError {
  return new AppError({
    code: 'span-backwards',
    kind: 'invalid',
    message: `the report would begin at ${since}, after its end at ${until}`,
    remedy: 'name a time before it, e.g. --since 1d',
  });
}
