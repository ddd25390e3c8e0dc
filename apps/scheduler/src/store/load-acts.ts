import { byId, type Readers } from '@millrace/store';
import { actable } from '../domain/acts/actable';
import type { ActInput } from '../domain/acts/act-input';
import { mostActs } from '../domain/acts/reach';
import { liveOf } from '../domain/live';
import type { RebuildRow, State } from '../domain/state';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;
type Wanted = Extract<ActInput, { type: 'acts.wanted' }>;

/** The cascades that an act is about, and of their rebuilds those that it may be about, without what is around them. */
export async function ofActs(read: Read, input: ActInput): Promise<Part> {
  if (input.type === 'waiver.wanted') return {};
  const { cascade } = input.scope;
  const release = await read.releases.get(input.release);
  const ids = cascade === null ? (release ? liveOf(release) : []) : [cascade];
  const cascades = await read.cascades.getMany(ids);
  const rows = input.type === 'acts.wanted' ? await rowsMeant(read, input, ids) : [];
  return { cascades: byId(cascades), rebuilds: byId(rows) };
}

async function rowsMeant(
  read: Read,
  { verb, scope, all }: Wanted,
  cascade: readonly string[],
): Promise<readonly RebuildRow[]> {
  const { component, tier } = scope;
  if (component !== null) return read.rebuilds.where({ cascade, component });
  const first = { orderBy: 'id', limit: mostActs + 1 };
  const wanted = { cascade, state: actable[verb] };
  if (tier !== null) {
    // Those that have begun are told of too, where the act is about what has not.
    const state = verb === 'retry' ? actable.retry : actable.cancel;
    return read.rebuilds.where({ cascade, tier, state }, first);
  }
  const whole = verb === 'cancel' || verb === 'raise' || verb === 'add';
  const named = scope.cascade === null || all || verb === 'retry';
  return whole || !named ? [] : read.rebuilds.where(wanted, first);
}
