import type { WorkKind } from '@millrace/engine';
import type { Input, LandedBuild } from '../domain/input';
import { isStack, systemsOf } from '../domain/policy';
import type { Repository } from '../domain/state';
import { releaseNamed, type Outside } from './outside';
import { hindrance, systemFor, systemNamed } from './systems';

interface CloseOrder {
  readonly release: string;
  readonly cascade: string;
  readonly outcome: 'landed' | 'kept' | 'cancelled';
  /** What of it lands; the rest stays in the place. */
  readonly landing?: string;
}

interface FollowOrder {
  readonly release: string;
  readonly cascade: string;
  readonly builds: readonly LandedBuild[];
}

/** A running cascade's place takes what another cascade has landed; what it has already it takes once. */
export function placeFollowing({ read, systems }: Outside): WorkKind<FollowOrder, null, Input> {
  return {
    kind: 'place.follow',
    concurrency: 1,
    timeoutMs: 300_000,
    tries: 8,
    run: async ({ release: name, cascade, builds }) => {
      const release = await releaseNamed(read, name);
      for (const { component, build } of builds) {
        if (isStack(component)) continue;
        const system = systemFor(systems, release, component);
        await system.admit(build, await system.open(name, cascade));
      }
      return null;
    },
    toInput: ({ release, cascade, builds }, result) => {
      const fault = result.ok ? null : hindrance(result.fault);
      return { type: 'place.followed', release, cascade, builds, fault };
    },
  };
}

/** Ends a cascade's place in every build system of the release; the first one's repository is the one to harvest. */
export function placeClosing({ read, systems }: Outside): WorkKind<CloseOrder, Repository, Input> {
  return {
    kind: 'place.close',
    concurrency: 2,
    timeoutMs: 300_000,
    tries: 8,
    run: async ({ release, cascade, outcome, landing }) => {
      const { definition } = await releaseNamed(read, release);
      const closed: Repository[] = [];
      for (const name of systemsOf(definition)) {
        const system = systemNamed(systems, name);
        const only = landing === undefined ? undefined : await landedIn(read, landing, name);
        const { number, repository } = await system.close(await system.open(release, cascade), outcome, only);
        closed.push({ number, address: repository, place: outcome === 'landed' ? 'base' : cascade });
      }
      return closed[0] ?? { number: 0, address: '', place: cascade };
    },
    toInput: ({ release, cascade, outcome }, result) =>
      result.ok
        ? { type: 'place.closed', release, cascade, outcome, repository: result.value }
        : { type: 'place.unclosed', release, cascade, outcome, fault: hindrance(result.fault) },
  };
}

/** Builds of a landing that a build system has; undefined: all that it has validated. */
async function landedIn(
  read: Outside['read'],
  landing: string,
  system: string,
): Promise<readonly string[] | undefined> {
  const row = await read.landings.get(landing);
  if (!row || (row.phases === 0 && row.stays === 0)) return undefined;
  const steps = await read.landing_steps.where({ landing }, { orderBy: 'id' });
  return steps.filter((step) => step.system === system && step.state !== 'stays').map((step) => step.build);
}
