import { doors, type DoorReply } from '@millrace/contracts';
import { moment, msBetween, type Moment } from '@millrace/kernel';
import { answer, type BoundDoor, type ServiceGauge } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { noSums, timesOf } from '../domain/history';
import type { CascadeRow, RebuildRow, Rows, Sums } from '../domain/state';
import { missing } from './missing';
import { pageFrom } from './rebuild-pages';
import { byTier } from './views';

type Read = Pick<{ readonly [K in keyof Rows]: TableReader<Rows[K]> }, 'cascades' | 'rebuilds' | 'failures'>;
type History = DoorReply<typeof doors.scheduler.history>;
type HopMeans = History['totals']['hop_mean_s'];

const second = 1000;
const hour = 3_600_000;
/** Cascades that the metrics are taken over. */
const recent = 50;

/** How long things took and how often they went well. */
export function historyQuestions(read: Read): readonly BoundDoor<never>[] {
  return [
    answer(doors.scheduler.history, async ({ release, cascade: id, limit, hop_limit: hops, after }) => {
      const one = id === undefined ? null : await read.cascades.get(id);
      if (id !== undefined && !one) throw missing('cascade', id, 'look at `millrace cascade list`');
      const cascades = one
        ? [one]
        : await read.cascades.where(release ? { release } : {}, { orderBy: '-started_at', limit });
      const page = one ? await pageFrom(read, { cascade: one.id }, after, hops) : { rows: [], next: null };
      return { ...historyOf(cascades, [...page.rows].sort(byTier), moment(Date.now())), next: page.next };
    }),
    answer(doors.scheduler.failures, async ({ release, component, limit }) => {
      const filter = { ...(release ? { release } : {}), ...(component ? { component } : {}) };
      const rows = await read.failures.where(filter, { orderBy: '-at', limit });
      const failures = rows.map(({ evidence, ...row }) => ({
        ...{ release: row.release, component: row.component, commit: row.commit, inputs: row.inputs },
        ...{ class: evidence.class, summary: evidence.summary, regression: row.regression },
        ...{ cascade: row.cascade, at: row.at, times: row.times },
      }));
      return { failures };
    }),
  ];
}

/** The same for whoever watches over days: means of the newest cascades. */
export function historyGauges(read: Read): Readonly<Record<string, ServiceGauge>> {
  const totals = async () => {
    const cascades = await read.cascades.where({}, { orderBy: '-started_at', limit: recent });
    return historyOf(cascades, [], moment(Date.now())).totals;
  };
  const over = `of the newest ${recent} cascades`;
  return {
    hop_seconds: {
      help: `Mean time of a rebuild's hop ${over}: lead, waiting, building, gating`,
      label: 'phase',
      values: async () => new Map(Object.entries((await totals()).hop_mean_s)),
    },
    rebuild_success_ratio: {
      help: `Rebuilds that were validated without a failure, of all that came to an end, ${over}`,
      label: 'of',
      values: async () => new Map([['recent', (await totals()).success_rate ?? 1]]),
    },
    builder_hours: {
      help: `Builder hours ${over}`,
      label: 'of',
      values: async () => new Map([['recent', (await totals()).builder_hours]]),
    },
  };
}

function historyOf(cascades: readonly CascadeRow[], rows: readonly RebuildRow[], at: Moment): History {
  const sums = cascades.map((one) => one.sums ?? noSums);
  const all = sums.reduce(plus, noSums);
  const [only] = cascades;
  return {
    cascades: cascades.map((one) => cascadeOf(one, at)),
    totals: {
      cascades: cascades.length,
      hops: all.hops,
      failures: all.failures,
      success_rate: successOf(all),
      builder_hours: all.built / hour,
      hop_mean_s: meansOf(all),
    },
    hops: only ? rows.map((row) => hopOf(only, row)) : [],
  };
}

function cascadeOf(row: CascadeRow, at: Moment): History['cascades'][number] {
  const sums = row.sums ?? noSums;
  return {
    cascade: row.id,
    release: row.release,
    state: row.state,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    lead_s: Math.max(0, msBetween(row.startedAt, row.endedAt ?? at)) / second,
    rebuilds: Object.values(row.counts).reduce((sum, count) => sum + count, 0),
    validated: row.counts.validated ?? 0,
    failures: sums.failures,
    success_rate: successOf(sums),
    builder_hours: sums.built / hour,
    hop_mean_s: meansOf(sums),
  };
}

function hopOf(cascade: CascadeRow, row: RebuildRow): History['hops'][number] {
  const { lead, waiting, building, gating } = timesOf(cascade, row);
  const { component, generation, pass, tier, state, attempt } = row;
  return {
    ...{ component, generation, pass, tier, state, attempt },
    ...{ lead_s: inSeconds(lead), waiting_s: inSeconds(waiting) },
    ...{ building_s: inSeconds(building), gating_s: inSeconds(gating) },
  };
}

/** A hop that failed and was mended counts as one that failed. */
function successOf({ clean, hops, failures }: Sums): number | null {
  const ended = Math.max(hops, clean + failures);
  return ended === 0 ? null : clean / ended;
}

function meansOf({ hops, lead, waiting, building, gating }: Sums): HopMeans {
  const mean = (sum: number): number => (hops === 0 ? 0 : sum / hops / second);
  return { lead: mean(lead), waiting: mean(waiting), building: mean(building), gating: mean(gating) };
}

function plus(a: Sums, b: Sums): Sums {
  const keys = Object.keys(noSums) as (keyof Sums)[];
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as Sums;
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / second;
}
