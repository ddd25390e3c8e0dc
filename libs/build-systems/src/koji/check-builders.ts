import type { Host, KojiHub } from '@millrace/koji';
import { right, wrong, type KojiFinding } from './finding';
import { targetsOf, type NamedTarget } from './check-places';
import type { KojiRelease } from './settings';

type Builder = Pick<Host, 'arches' | 'enabled' | 'capacity' | 'task_load'> & { readonly ready?: boolean | undefined };

/** Hubs give containers to a channel of their own, where their plug-in says nothing else. */
const usual = { rpm: 'default', container: 'container', image: 'image' } as const;

/** The channels that the releases use: builders, capacity, load and what waits; and builders of each architecture. */
export async function builders(
  hub: KojiHub,
  releases: ReadonlyMap<string, KojiRelease>,
): Promise<readonly KojiFinding[]> {
  const all = await hub.listHosts();
  const overall = loadOf('builders', all, null);
  if (overall.verdict === 'wrong') return [overall];
  const targets = targetsOf(releases).filter((one) => one.target?.target);
  const names = new Map(targets.map((one) => [channelOf(one), one]));
  const channels = await Promise.all([...names.values()].map((one) => channel(hub, one)));
  const arches = await Promise.all(targets.map((one) => architectures(hub, one, all)));
  return [overall, ...channels.flat(), ...arches.flat()];
}

function channelOf({ type, target }: NamedTarget): string {
  return target?.channel ?? usual[type];
}

async function channel(hub: KojiHub, named: NamedTarget): Promise<readonly KojiFinding[]> {
  const name = channelOf(named);
  const found = await hub.getChannel(name);
  if (!found) {
    if (!named.target?.channel) return [];
    return [wrong(named.what, `there is no channel ${name}`, `correct it, or: koji add-channel ${name}`)];
  }
  const waiting = await hub.countTasks({ channel: found.id, states: ['FREE', 'ASSIGNED'] });
  return [loadOf(`channel ${name}`, await hub.listHosts(found.id), waiting)];
}

function loadOf(what: string, hosts: readonly Builder[], waiting: number | null): KojiFinding {
  const up = hosts.filter(isUp);
  const [capacity, load] = [sum(up.map((host) => host.capacity)), sum(up.map((host) => host.task_load))];
  const queue = waiting === null ? '' : `, ${waiting} ${waiting === 1 ? 'task waits' : 'tasks wait'}`;
  const says = `${up.length} of ${hosts.length} are up, load ${load.toFixed(1)} of ${capacity.toFixed(1)}${queue}`;
  if (up.length === 0) return wrong(what, says, 'start kojid on a builder');
  const arches = [...new Set(up.flatMap(archesOf))].sort();
  return right(what, `${says}; architectures: ${arches.join(', ')}`);
}

/** An architecture that is built for and has no builder: every build there would wait for ever. */
async function architectures(
  hub: KojiHub,
  { what, target }: NamedTarget,
  hosts: readonly Builder[],
): Promise<readonly KojiFinding[]> {
  const found = await hub.getBuildTarget(target!.target);
  if (!found) return [];
  const { name, arches } = await hub.getBuildConfig(found.build_tag_name);
  const wanted = (arches ?? '').split(/\s+/).filter(Boolean).map(canonical);
  const remedy = `koji edit-tag --arches 'x86_64 …' ${name}`;
  if (wanted.length === 0) return [wrong(what, `build tag ${name} has no architectures`, remedy)];
  const there = new Set(hosts.filter(isUp).flatMap(archesOf));
  const missing = wanted.filter((arch) => !there.has(arch));
  if (missing.length === 0) return [right(what, `builders for ${wanted.join(', ')} are up`)];
  return [wrong(what, `no builder for ${missing.join(', ')} is up`, 'start kojid on one, or drop the architecture')];
}

/** As hubs give tasks to builders: koji's canonArch. */
function canonical(arch: string): string {
  if (/^i[3-6]86$/.test(arch)) return 'i386';
  return arch.startsWith('armv') ? 'armhfp' : arch;
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
