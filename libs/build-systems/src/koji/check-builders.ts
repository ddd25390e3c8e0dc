import type { KojiHub } from '@millrace/koji';
import type { BuilderLoad } from '../build-system';
import { right, wrong, type KojiFinding } from './finding';
import { targetsOf, type NamedTarget } from './check-places';
import { channelLoad, channelOf, loadOf } from './load';
import type { KojiRelease } from './settings';

/** The channels that the releases use: builders, capacity, load and what waits; and builders of each architecture. */
export async function builders(
  hub: KojiHub,
  releases: ReadonlyMap<string, KojiRelease>,
): Promise<readonly KojiFinding[]> {
  const all = loadOf('all', await hub.listHosts(), null);
  const overall = said('builders', all);
  if (overall.verdict === 'wrong') return [overall];
  const targets = targetsOf(releases).filter((one) => one.target?.target);
  const names = new Map(targets.map((one) => [channelOf(one), one]));
  const channels = await Promise.all([...names.values()].map((one) => channel(hub, one)));
  const arches = await Promise.all(targets.map((one) => architectures(hub, one, all.architectures)));
  return [overall, ...channels.flat(), ...arches.flat()];
}

async function channel(hub: KojiHub, named: NamedTarget): Promise<readonly KojiFinding[]> {
  const name = channelOf(named);
  const found = await channelLoad(hub, name);
  if (found) return [said(`channel ${name}`, found)];
  if (!named.target?.channel) return [];
  return [wrong(named.what, `there is no channel ${name}`, `correct it, or: koji add-channel ${name}`)];
}

function said(what: string, { up, hosts, load, capacity, waiting, architectures: arches }: BuilderLoad): KojiFinding {
  const queue = waiting === null ? '' : `, ${waiting} ${waiting === 1 ? 'task waits' : 'tasks wait'}`;
  const says = `${up} of ${hosts} are up, load ${load.toFixed(1)} of ${capacity.toFixed(1)}${queue}`;
  if (up === 0) return wrong(what, says, 'start kojid on a builder');
  return right(what, `${says}; architectures: ${arches.join(', ')}`);
}

/** An architecture that is built for and has no builder: every build there would wait for ever. */
async function architectures(
  hub: KojiHub,
  { what, target }: NamedTarget,
  up: readonly string[],
): Promise<readonly KojiFinding[]> {
  const found = await hub.getBuildTarget(target!.target);
  if (!found) return [];
  const { name, arches } = await hub.getBuildConfig(found.build_tag_name);
  const wanted = (arches ?? '').split(/\s+/).filter(Boolean).map(canonical);
  const remedy = `koji edit-tag --arches 'x86_64 …' ${name}`;
  if (wanted.length === 0) return [wrong(what, `build tag ${name} has no architectures`, remedy)];
  const there = new Set(up);
  const missing = wanted.filter((arch) => !there.has(arch));
  if (missing.length === 0) return [right(what, `builders for ${wanted.join(', ')} are up`)];
  return [wrong(what, `no builder for ${missing.join(', ')} is up`, 'start kojid on one, or drop the architecture')];
}

/** As hubs give tasks to builders: koji's canonArch. */
function canonical(arch: string): string {
  if (/^i[3-6]86$/.test(arch)) return 'i386';
  return arch.startsWith('armv') ? 'armhfp' : arch;
}
