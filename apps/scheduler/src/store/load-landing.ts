import { byId, type Readers } from '@millrace/store';
import type { LandingInput } from '../domain/landing/landing-input';
import { landingId, stepId } from '../domain/landing/landing-rows';
import { restoreSlice } from '../domain/landing/restore';
import { sliceSize } from '../domain/plan';
import type { CascadeRow, State } from '../domain/state';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;

/** Components of what stayed behind that a follow-up names at most. */
const mostLeft = 20_000;

/** The rows that a landing touches: a slice of its steps, never all of a cascade. */
export async function ofLanding(read: Read, input: LandingInput): Promise<Part> {
  const cascade = await read.cascades.get(input.cascade);
  const landing = 'landing' in input ? await read.landings.get(input.landing) : await newestLanding(read, cascade);
  const common = { cascades: byId(cascade), landings: byId(landing) };
  switch (input.type) {
    case 'landing.part':
      return { ...common, landing_steps: byId(await stepsFrom(read, input.landing, input.from, input.builds.length)) };
    case 'landing.stepped':
    case 'landing.undone': {
      const steps = await stepsFrom(read, input.landing, input.from, input.until - input.from);
      return { ...common, landing_steps: byId(steps) };
    }
    case 'landing.leave': {
      const state = ['waiting', 'ready', 'failed', 'rejected'];
      const open = await read.rebuilds.where({ cascade: input.cascade, state }, { orderBy: 'id', limit: sliceSize });
      return { ...common, rebuilds: byId(open) };
    }
    case 'landing.follow-up': {
      const left = await read.landing_steps.where({ landing: input.landing, state: 'stays' }, { limit: mostLeft });
      return { ...common, landing_steps: byId(left) };
    }
    case 'landing.restore':
      return { ...common, ...(await ofRestoring(read, input)) };
    default:
      return common;
  }
}

export async function newestLanding(read: Read, cascade: CascadeRow | null) {
  return cascade?.landings === undefined ? null : read.landings.get(landingId(cascade.id, cascade.landings));
}

/** The next newest builds of a release, with the last builds of the components that this cascade brought. */
async function ofRestoring(read: Read, input: Extract<LandingInput, { type: 'landing.restore' }>): Promise<Part> {
  const { release, cascade, after } = input;
  const next = await read.validated.where({ release, id: { from: after } }, { orderBy: 'id', limit: restoreSlice + 1 });
  const rows = next.filter((row) => row.id > after).slice(0, restoreSlice);
  const builds = [];
  for (const { component } of rows.filter((row) => row.cascade === cascade)) {
    builds.push(...(await read.builds.where({ release, component }, { orderBy: '-started_at', limit: 20 })));
  }
  return { validated: byId(rows), builds: byId(builds) };
}

function stepsFrom(read: Read, landing: string, from: number, count: number) {
  return read.landing_steps.getMany(Array.from({ length: count }, (_, n) => stepId(landing, from + n)));
}
