import type { BuildSystem, LandingAdapter, SideTags } from '@millrace/build-systems';
import { AppError } from '@millrace/kernel';
import type { Outside } from './outside';
import type { Systems } from './systems';

/**
 * Build systems in which nothing is written for a release that only observes, whatever a decision or a call that was
 * ordered before says: no place is made or closed, nothing is submitted or admitted. It is tried again later, since a
 * release may leave `observe`. Reading goes through as it is.
 */
export function observing(systems: Systems, read: Pick<Outside['read'], 'releases'>): Systems {
  const allow = async (release: string, what: string): Promise<void> => {
    const row = await read.releases.get(release);
    if (row?.definition.mode === 'observe') throw onlyObserves(release, what);
  };
  return new Map([...systems].map(([name, system]) => [name, guarded(system, allow)]));
}

type Allow = (release: string, what: string) => Promise<void>;

/** Stands before a build system: what it does not say itself is the system's own. */
function guarded(system: BuildSystem, allow: Allow): BuildSystem {
  const writes: Pick<BuildSystem, 'open' | 'submit' | 'admit' | 'close'> = {
    open: async (release, cascade) => {
      if (cascade !== null) await allow(release, `a place of cascade ${cascade}`);
      return system.open(release, cascade);
    },
    submit: async (key, order, place) => {
      await allow(order.release, `a build of ${order.component}`);
      return system.submit(key, order, place);
    },
    admit: async (ref, place) => {
      await allow(place.release, `the admission of ${ref}`);
      return system.admit(ref, place);
    },
    close: async (place, ...how) => {
      await allow(place.release, `the end of place ${place.id}`);
      return system.close(place, ...how);
    },
  };
  const { landing, sideTags } = system;
  return Object.assign(Object.create(system) as BuildSystem, {
    ...writes,
    ...(landing ? { landing: guardedLanding(landing, allow) } : {}),
    ...(sideTags ? { sideTags: guardedSideTags(sideTags, allow) } : {}),
  });
}

function guardedLanding(landing: LandingAdapter, allow: Allow): LandingAdapter {
  const writes: Pick<LandingAdapter, 'execute' | 'undo'> = {
    execute: async (place, ...rest) => {
      await allow(place.release, `the landing of ${place.id}`);
      return landing.execute(place, ...rest);
    },
    undo: async (place, ...rest) => {
      await allow(place.release, `the undoing of ${place.id}`);
      return landing.undo(place, ...rest);
    },
  };
  return Object.assign(Object.create(landing) as LandingAdapter, writes);
}

/** What goes on by itself; people clean up and adopt as they like. */
function guardedSideTags(sideTags: SideTags, allow: Allow): SideTags {
  const writes: Pick<SideTags, 'restore' | 'pin'> = {
    restore: async (release, cascade) => {
      await allow(release, `the side tag of cascade ${cascade}`);
      return sideTags.restore(release, cascade);
    },
    pin: async (release, cascade, build) => {
      await allow(release, `a pin in the side tag of cascade ${cascade}`);
      return sideTags.pin(release, cascade, build);
    },
  };
  return Object.assign(Object.create(sideTags) as SideTags, writes);
}

function onlyObserves(release: string, what: string): AppError {
  return new AppError({
    code: 'release-observes',
    kind: 'unavailable',
    message: `release ${release} only observes: ${what} is not made`,
    remedy: 'apply a definition with mode: approve or act',
  });
}
