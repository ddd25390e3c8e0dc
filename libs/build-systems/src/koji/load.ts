import type { Host, KojiHub } from '@millrace/koji';
import type { BuilderLoad } from '../build-system';
import { targetsOf, type NamedTarget } from './check-places';
import type { KojiRelease } from './settings';

export type Builder = Pick<Host, 'arches' | 'enabled' | 'capacity' | 'task_load'> & {
  readonly ready?: boolean | undefined;
};

/** Hubs give containers to a channel of their own, where their plug-in says nothing else. */
const usual = { rpm: 'default', container: 'container', image: 'image' } as const;

export function channelOf({ type, target }: NamedTarget): string {
  return target?.channel ?? usual[type];
}

/** All builders of the hub, then those of each channel that the releases use; a channel that is not there is left out. */
export async function loads(hub: KojiHub, releases: ReadonlyMap<string, KojiRelease>): Promise<readonly BuilderLoad[]> {
  const names = new Set(targetsOf(releases).flatMap((one) => (one.target?.target ? [channelOf(one)] : [])));
  const channels = await Promise.all([...names].map((name) => channelLoad(hub, name)));
  const all = loadOf('all', await hub.listHosts(), null);
  return [all, ...channels.filter((one): one is BuilderLoad => one !== null)];
}

/** null: the hub has no such channel. */
export async function channelLoad(hub: KojiHub, name: string): Promise<BuilderLoad | null> {
  const found = await hub.getChannel(name);
  if (!found) return null;
  const waiting = await hub.countTasks({ channel: found.id, states: ['FREE', 'ASSIGNED'] });
  return loadOf(name, await hub.listHosts(found.id), waiting);
}

export function loadOf(name: string, hosts: readonly Builder[], waiting: number | null): BuilderLoad {
  const up = hosts.filter(isUp);
  return {
    ...{ name, up: up.length, hosts: hosts.length, waiting },
    capacity: sum(up.map((host) => host.capacity)),
    load: sum(up.map((host) => host.task_load)),
    architectures: [...new Set(up.flatMap(archesOf))].sort(),
  };
}

function isUp({ enabled, ready }: Builder): boolean {
  return enabled && ready !== false;
}

function archesOf({ arches }: Builder): readonly string[] {
  return (arches ?? '').split(/\s+/).filter(Boolean);
}

function sum(numbers: readonly (number | null | undefined)[]): number {
  return numbers.reduce<number>((all, one) => all + (one ?? 0), 0);
}
