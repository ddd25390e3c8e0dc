import { doors, type DoorReply } from '@millrace/contracts';
import { answer, type BoundDoor, type ServiceGauge } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { landingId, type LandingRow, type LandingStepRow } from '../domain/landing/landing-rows';
import { landingLines } from '../domain/landing/landing-words';
import type { CascadeRow, Rows } from '../domain/state';
import { missing } from './missing';

type Read = Pick<{ readonly [K in keyof Rows]: TableReader<Rows[K]> }, 'landings' | 'landing_steps' | 'cascades'>;
type View = DoorReply<typeof doors.scheduler.landings>['landings'][number];
type StepView = DoorReply<typeof doors.scheduler.landing>['steps'][number];

const own = doors.scheduler;

/** Landings, from the database alone. */
export function landingQuestions(read: Read): readonly BoundDoor<never>[] {
  return [
    answer(own.landings, async ({ cascade, release, state, limit }) => {
      const filter = { ...(cascade ? { cascade } : {}), ...(release ? { release } : {}), ...(state ? { state } : {}) };
      return { landings: (await read.landings.where(filter, { orderBy: '-at', limit })).map(viewOf) };
    }),
    answer(own.landing, async ({ cascade: id, limit }) => {
      const cascade = await read.cascades.get(id);
      if (!cascade) throw missing('cascade', id, 'look at `millrace cascade list`');
      const row = await newestOf(read, cascade);
      if (!row)
        throw missing(
          'landing',
          `of cascade ${id}`,
          'it begins when everything is settled, or by `millrace cascade land`',
        );
      const steps = await read.landing_steps.where({ landing: row.id }, { orderBy: 'id', limit });
      const known = steps.filter((step) => step.number < row.total + row.stays);
      const staying = known
        .filter((step) => step.state === 'stays')
        .map(({ component, because }) => ({ component, because }));
      return { ...viewOf(row), staying, steps: known.filter((step) => step.state !== 'stays').map(stepOf) };
    }),
  ];
}

/** What an explanation of a cascade says of its newest landing. */
export async function landingWords(read: Read, cascade: CascadeRow): Promise<readonly string[]> {
  return landingLines(await newestOf(read, cascade));
}

export function landingGauge(read: Read): ServiceGauge {
  return {
    help: 'Landings of the last cascades, by state',
    label: 'state',
    values: async () => {
      const counts = new Map<string, number>();
      for (const { state } of await read.landings.where({}, { orderBy: '-at', limit: 1000 })) {
        counts.set(state, (counts.get(state) ?? 0) + 1);
      }
      return counts;
    },
  };
}

async function newestOf(read: Read, { id, landings }: CascadeRow): Promise<LandingRow | null> {
  return landings === undefined ? null : read.landings.get(landingId(id, landings));
}

function viewOf(row: LandingRow): View {
  return {
    landing: row.id,
    cascade: row.cascade,
    release: row.release,
    attempt: row.attempt,
    state: row.state,
    partial: row.partial,
    adapters: [...row.adapters],
    total: row.total,
    done: row.done,
    by: row.by,
    why: row.why,
    findings: [...row.findings],
    staying: row.staying.map(({ component, because }) => ({ component, because })),
    stays: row.stays,
    problem: row.problem,
    undoing: row.undoing,
    repository: row.repository,
    at: row.at,
    endedAt: row.endedAt,
  };
}

function stepOf({ component, nvr, build, system, state }: LandingStepRow): StepView {
  return { component, nvr, build, system, state: state === 'stays' ? 'planned' : state };
}
