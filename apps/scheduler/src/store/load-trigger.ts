import { byId, type Readers } from '@millrace/store';
import { followCursor } from '../domain/follow/follow';
import { liveOf } from '../domain/live';
import type { HoldScope } from '../domain/hold-rows';
import { sliceSize } from '../domain/plan';
import type { State } from '../domain/state';
import type { TriggerInput } from '../domain/trigger-input';
import { ofChange, ofComponent } from './load-parts';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;

/** The rows that a trigger touches. */
export async function ofTrigger(read: Read, input: TriggerInput): Promise<Part> {
  switch (input.type) {
    case 'push.received': {
      const ids = input.pushes.map((one) => `${input.release}/${one.component}`);
      return { sources: byId(await read.sources.getMany(ids)) };
    }
    case 'graph.published':
      return { baselines: byId(await read.baselines.get(input.release)) };
    case 'snapshot.checked':
      return {};
    case 'change.approve':
    case 'change.reject':
    case 'change.due': {
      const row = await read.changes.get(input.change);
      const named = row?.release === input.release ? row.components.map((one) => one.component) : [];
      const part = await ofChange(read, input.release, named);
      return { ...part, changes: byId([...(part.changes?.values() ?? [])], row) };
    }
    case 'hold.set':
    case 'hold.end':
      return ofHold(read, input.release, input.scope);
    case 'hold.due': {
      const row = await read.releases.get(input.release);
      const hold = row?.holds?.find((one) => one.id === input.hold);
      return hold ? ofHold(read, input.release, hold) : {};
    }
    case 'follow.due':
      return { cursors: byId(await read.cursors.get(followCursor(input.release))) };
    case 'follow.looked': {
      const cursors = byId(await read.cursors.get(followCursor(input.release)));
      if (!input.landings.some((one) => one.undone)) return { cursors };
      return { cursors, changes: byId(await read.changes.where({ release: input.release, outcome: 'waits' })) };
    }
    case 'tier.turned': {
      const { cascade, tier } = input.place;
      const next = { cascade, tier, state: ['waiting', 'ready'], id: { from: input.after } };
      const rebuilds = await read.rebuilds.where(next, { orderBy: 'id', limit: sliceSize + 1 });
      return { cascades: byId(await read.cascades.get(cascade)), rebuilds: byId(rebuilds) };
    }
  }
}

async function ofHold(read: Read, release: string, { cascade, component }: HoldScope): Promise<Part> {
  const row = await read.releases.get(release);
  const live = cascade === null ? (row ? liveOf(row) : []) : [cascade];
  const cascades = byId(await read.cascades.getMany(live));
  if (component === null) return { cascades };
  const parts = await Promise.all(live.map((id) => ofComponent(read, id, component)));
  const rebuilds = byId(...parts.map((part) => [...(part.rebuilds?.values() ?? [])]));
  return { cascades, rebuilds, builds: byId(...parts.map((part) => [...(part.builds?.values() ?? [])])) };
}
