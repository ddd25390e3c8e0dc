import type { ReleaseDefinition } from '@millrace/contracts';
import { parseComponentId, type ComponentId } from '@millrace/kernel';
import type { CapacityRow, Slot } from '../state';

type Defined = Pick<ReleaseDefinition, 'budgets' | 'build_targets'>;

/** The channel of builders that a component is built in; null: its build system's usual one. */
export function channelOf({ build_targets: targets }: Defined, component: ComponentId): string | null {
  const { type } = parseComponentId(component);
  return targets?.[type as keyof typeof targets]?.channel ?? null;
}

/** What of a build system's slots is left to people in a channel: by its name, the system's, or for all others. */
export function shareOf({ budgets }: Pick<Defined, 'budgets'>, system: string, channel: string | null): number {
  const people = budgets?.people;
  if (!people) return 0;
  return (channel === null ? undefined : people[channel]) ?? people[system] ?? people['*'] ?? 0;
}

/** Builds of ours at one time, so that a share of all is left; one at least, or a release would never be built. */
export function boundOf(limit: number, share: number): number {
  return share === 0 ? limit : Math.max(1, Math.floor(limit * (1 - share)));
}

/** The first of those that wait for a slot that leaves people their share; -1: none does. */
export function firstWithRoom(
  definition: Defined,
  system: string,
  limit: number,
  waiting: readonly { readonly component: ComponentId }[],
  granted: readonly Slot[],
): number {
  const people = definition.budgets?.people;
  if (!people) return waiting.length > 0 ? 0 : -1;
  return waiting.findIndex(({ component }) => {
    const channel = channelOf(definition, component);
    const own = channel !== null && people[channel] !== undefined;
    const used = own ? granted.filter((slot) => slot.channel === channel) : granted;
    return used.length < boundOf(limit, shareOf(definition, system, channel));
  });
}

/** The channel of a slot is kept where a share of it is left to people. */
export function slotChannel(definition: Defined, component: ComponentId): Pick<Slot, 'channel'> {
  const channel = channelOf(definition, component);
  return channel === null || definition.budgets?.people?.[channel] === undefined ? {} : { channel };
}

/** Builds of a release at one time, in all its build systems together, as far as they have said their limits. */
export function ownSlots(
  definition: Pick<ReleaseDefinition, 'budgets' | 'capacity'>,
  systems: readonly Pick<CapacityRow, 'id' | 'limit'>[],
): number {
  const bounds = systems.map(({ id, limit }) => {
    return boundOf(limit, limit === 0 ? 0 : shareOf(definition, id.slice('build-system/'.length), null));
  });
  const all = bounds.reduce((sum, bound) => sum + bound, 0);
  return all === 0 ? definition.capacity : Math.min(all, definition.capacity);
}
