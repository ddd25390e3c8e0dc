import type { ReleaseDefinition } from '@millrace/contracts';
import { parseComponentId, type ComponentId } from '@millrace/kernel';
import type { CapacityRow, Slot } from '../state';

type Defined = Pick<ReleaseDefinition, 'budgets' | 'build_targets' | 'build_systems'>;
type Limits = Pick<CapacityRow, 'limit' | 'channels'>;

/** Where a hub builds what its definition names no channel for. */
const usual: Readonly<Partial<Record<string, string>>> = { rpm: 'default', container: 'container', image: 'image' };

/** The channel of builders that a component is built in; null: its build system has none. */
export function channelOf({ build_targets: targets, build_systems: systems }: Defined, component: ComponentId) {
  const { type } = parseComponentId(component);
  const named = targets?.[type as keyof typeof targets]?.channel;
  const isLocal = systems[type as keyof typeof systems] === 'local-rpm';
  return named ?? (isLocal ? null : (usual[type] ?? null));
}

/** What is left to people where a component is built, and whether it is counted in its channel alone. */
export interface Share {
  readonly share: number;
  /** null: it is a share of the whole build system. */
  readonly channel: string | null;
}

/** By the name of the channel, of the build system, or for all others. */
export function shareOf(definition: Defined, system: string, component: ComponentId): Share {
  const people = definition.budgets?.people;
  if (!people) return { share: 0, channel: null };
  const channel = channelOf(definition, component);
  const own = channel === null ? undefined : people[channel];
  if (own !== undefined) return { share: own, channel };
  if (people[system] !== undefined) return { share: people[system], channel: null };
  return { share: people['*'] ?? 0, channel };
}

/** Builds of ours at one time, so that a share of all is left; one at least, or a release would never be built. */
export function boundOf({ limit, channels }: Limits, { share, channel }: Share): number {
  if (share === 0) return limit;
  const builders = channel === null ? undefined : channels?.[channel];
  return Math.max(1, Math.floor(Math.min(limit, builders ?? limit) * (1 - share)));
}

/** The first of those that wait for a slot that leaves people their share; -1: none does. */
export function firstWithRoom(
  definition: Defined,
  system: string,
  limits: Limits,
  waiting: readonly { readonly component: ComponentId }[],
  granted: readonly Slot[],
): number {
  if (!definition.budgets?.people) return waiting.length > 0 ? 0 : -1;
  return waiting.findIndex(({ component }) => {
    const share = shareOf(definition, system, component);
    const used = share.channel === null ? granted : granted.filter((slot) => slot.channel === share.channel);
    return used.length < boundOf(limits, share);
  });
}

/** The channel of a slot is kept where a share may be left to people. */
export function slotChannel(definition: Defined, component: ComponentId): Pick<Slot, 'channel'> {
  const channel = definition.budgets?.people ? channelOf(definition, component) : null;
  return channel === null ? {} : { channel };
}

/** Builds of a release at one time, in all its build systems together, as far as they have said their limits. */
export function ownSlots(
  definition: Defined & Pick<ReleaseDefinition, 'capacity'>,
  systems: readonly (Limits & Pick<CapacityRow, 'id'>)[],
): number {
  const types = Object.entries(definition.build_systems);
  const bounds = systems.map((row) => {
    if (row.limit === 0) return 0;
    // Of several types the one with the most: they share its slots.
    const name = row.id.slice('build-system/'.length);
    const built = types.filter(([, system]) => system === name).map(([type]) => `${type}/any`);
    const most = built.map((component) => boundOf(row, shareOf(definition, name, component)));
    return Math.min(row.limit, Math.max(0, ...most));
  });
  const all = bounds.reduce((sum, bound) => sum + bound, 0);
  return all === 0 ? definition.capacity : Math.min(all, definition.capacity);
}
