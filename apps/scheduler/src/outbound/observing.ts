import type { BuildSystem } from '@millrace/build-systems';
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
  return Object.assign(Object.create(system) as BuildSystem, writes);
}

function onlyObserves(release: string, what: string): AppError {
  return new AppError({
    code: 'release-observes',
    kind: 'unavailable',
    message: `release ${release} only observes: ${what} is not made`,
    remedy: 'apply a definition with mode: approve or act',
  });
}
