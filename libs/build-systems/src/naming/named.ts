import type { Contents } from '@millrace/contracts';
import type { BaseLook } from '../base-look';
import type { BuildRef, BuildStatus, BuildSystem } from '../build-system';
import type { Inventory } from '../inventory';
import type { LandingAdapter, LandingBuild } from '../landing-adapter';
import type { SideTags } from '../side-tag';
import type { RefNames } from './ref-names';

type Names = () => Promise<RefNames>;

/**
 * A build system whose refs name it, so that those of two servers never meet. Everything behind this knows its server's
 * own ids alone. What is asked for by a ref that was stored earlier is answered by that ref.
 */
export function named<T extends BuildSystem>(system: T, names: Names): T {
  return Object.assign(Object.create(system) as T, {
    ...ofOneBuild(system, names),
    ...ofMany(system, names),
    ...(system.base ? { base: namedBase(system.base, names) } : {}),
    ...(system.landing ? { landing: namedLanding(system.landing, names) } : {}),
    ...(system.sideTags ? { sideTags: namedSideTags(system.sideTags, names) } : {}),
  });
}

function ofOneBuild(system: BuildSystem, names: Names): Partial<BuildSystem> {
  const { unmet } = system;
  return {
    find: async (key) => {
      const { outside } = await names();
      const plain = await system.find(key);
      return plain === null ? null : outside(plain);
    },
    submit: async (key, order, place) => {
      const { outside, insideIfOwn } = await names();
      const needs = order.needs.map(insideIfOwn);
      const siblings = order.siblings.map(insideIfOwn);
      return outside(await system.submit(key, { ...order, needs, siblings }, place));
    },
    contents: async (ref) => {
      const known = await names();
      return contentsOutside(known, ref, await system.contents(known.inside(ref)));
    },
    evidence: async (ref) => system.evidence((await names()).inside(ref)),
    admit: async (ref, place) => system.admit((await names()).inside(ref), place),
    promote: async (ref) => system.promote((await names()).inside(ref)),
    cancel: async (ref) => system.cancel((await names()).inside(ref)),
    ...(unmet ? { unmet: async (ref: BuildRef) => unmet((await names()).inside(ref)) } : {}),
  };
}

function ofMany(system: BuildSystem, names: Names): Partial<BuildSystem> {
  const { inventory } = system;
  return {
    look: async (refs) => {
      const { inside, outside } = await names();
      const asked = new Map(refs.map((ref) => [inside(ref), ref]));
      const statuses = await system.look(refs.map(inside));
      return statuses.map((status) => ({ ...status, ref: asked.get(status.ref) ?? outside(status.ref) }));
    },
    seen: async (release, cursor) => {
      const known = await names();
      return seenOutside(known, await system.seen(release, cursor));
    },
    close: async (place, outcome, only) => {
      const { inside } = await names();
      return system.close(place, outcome, only?.map(inside));
    },
    ...(inventory
      ? {
          inventory: async (...asked: Parameters<typeof inventory>) => {
            const known = await names();
            return inventoryOutside(known, await inventory(...asked));
          },
        }
      : {}),
  };
}

type Seen = Awaited<ReturnType<BuildSystem['seen']>>;

function seenOutside({ outside }: RefNames, seen: Seen): Seen {
  const { builds, withdrawn, results, moved } = seen;
  return {
    ...seen,
    builds: builds.map((one): BuildStatus => ({ ...one, ref: outside(one.ref) })),
    ...(withdrawn && {
      withdrawn: withdrawn.map((one) => ({ ...one, ref: one.ref === null ? null : outside(one.ref) })),
    }),
    ...(results && { results: results.map((one) => ({ ...one, ref: outside(one.ref) })) }),
    ...(moved && {
      moved: moved.map((one) => ({
        ...one,
        build: outside(one.build),
        was: one.was && { ...one.was, build: outside(one.was.build) },
      })),
    }),
  };
}

function contentsOutside({ outside }: RefNames, ref: BuildRef, contents: Contents): Contents {
  const inputs = contents.inputs.map((one) => ({ ...one, build: one.build === null ? null : outside(one.build) }));
  return { ...contents, build: ref, inputs };
}

function inventoryOutside({ outside }: RefNames, inventory: Inventory): Inventory {
  const builds = inventory.builds.map((one) => ({
    ...one,
    ref: outside(one.ref),
    failure: one.failure && { ...one.failure, ref: outside(one.failure.ref) },
  }));
  return { ...inventory, builds };
}

function namedBase(base: BaseLook, names: Names): BaseLook {
  return {
    newest: async (release) => {
      const { outside } = await names();
      return (await base.newest(release)).map((one) => ({ ...one, ref: outside(one.ref) }));
    },
    gone: async (release, builds) => {
      const { inside } = await names();
      const asked = new Map(builds.map(({ ref }) => [inside(ref), ref]));
      const gone = await base.gone(
        release,
        builds.map((one) => ({ ...one, ref: inside(one.ref) })),
      );
      return gone.map((one) => ({ ...one, ref: one.ref === null ? null : (asked.get(one.ref) ?? one.ref) }));
    },
  };
}

function namedLanding(landing: LandingAdapter, names: Names): LandingAdapter {
  const { closure, shipped } = landing;
  const inside = async (builds: readonly LandingBuild[]): Promise<readonly LandingBuild[]> => {
    const known = await names();
    return builds.map((one) => ({ ...one, ref: known.inside(one.ref) }));
  };
  const doors: Partial<LandingAdapter> = {
    look: async (place, builds) => {
      const looks = await landing.look(place, await inside(builds));
      return looks.map((one, n) => ({ ...one, ref: builds[n]?.ref ?? one.ref }));
    },
    execute: async (place, builds, phase) => landing.execute(place, await inside(builds), phase),
    undo: async (place, builds) => landing.undo(place, await inside(builds)),
    ...(closure ? { closure: async (place, builds) => closure(place, await inside(builds)) } : {}),
    ...(shipped ? { shipped: async (place, builds) => shipped(place, await inside(builds)) } : {}),
  };
  return Object.assign(Object.create(landing) as LandingAdapter, doors);
}

function namedSideTags(sideTags: SideTags, names: Names): SideTags {
  const doors: Pick<SideTags, 'adopt' | 'pin'> = {
    adopt: async (tag, release, cascade) => {
      const { outside } = await names();
      const { place, builds } = await sideTags.adopt(tag, release, cascade);
      return { place, builds: builds.map((one) => ({ ...one, ref: outside(one.ref) })) };
    },
    pin: async (release, cascade, build) => sideTags.pin(release, cascade, (await names()).insideIfOwn(build)),
  };
  return Object.assign(Object.create(sideTags) as SideTags, doors);
}
