import { byId, type Readers } from '@millrace/store';
import { debtKinds } from '../domain/baseline/baseline-rows';
import type { BaselineInput } from '../domain/baseline/baseline-input';
import type { Input } from '../domain/input';
import { cursorId } from '../domain/releases';
import type { State } from '../domain/state';
import { sourcesPoller } from '../domain/watch';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;

/** A release's baseline, and what is known of the components that an input names. */
export async function ofBaseline(read: Read, input: BaselineInput): Promise<Partial<State>> {
  const { release } = input;
  const baselines = byId(await read.baselines.get(release));
  const debts = async (components: readonly string[]) => {
    const ids = components.flatMap((component) => debtKinds.map((kind) => `${release}/${component}/${kind}`));
    return byId(await read.debts.getMany(ids));
  };
  switch (input.type) {
    case 'baseline.found':
      return { baselines, debts: await debts(input.broken.map((one) => one.component)) };
    case 'debt.mended':
      return { baselines, debts: await debts(input.components) };
    case 'debt.built':
      return { baselines, debts: await debts(input.builds.map((one) => one.component)) };
    case 'adoption.paged': {
      const components = input.page.builds.map((one) => one.component);
      const ids = components.map((component) => `${release}/${component}`);
      return {
        baselines,
        debts: await debts(components),
        adopted: byId(await read.adopted.getMany(ids)),
        sources: byId(await read.sources.getMany(ids)),
        durations: byId(await read.durations.getMany(ids)),
      };
    }
    default:
      return { baselines };
  }
}

/** Heads of sources, and the builds that the release had of those that are seen for the first time. */
export async function ofHeads(read: Read, input: Extract<Input, { type: 'sources.polled' }>): Promise<Partial<State>> {
  const ids = input.heads.map((one) => `${input.release}/${one.component}`);
  const sources = byId(await read.sources.getMany(ids));
  // Of what is seen for the first time the build is wanted that the release had of it.
  const fresh = ids.filter((id) => !sources.has(id));
  return {
    sources,
    adopted: byId(await read.adopted.getMany(fresh)),
    debts: byId(await read.debts.getMany(fresh.map((id) => `${id}/stale`))),
    cursors: byId(await read.cursors.get(cursorId(input.release, sourcesPoller))),
  };
}
