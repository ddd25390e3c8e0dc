import { satisfies, type Dependency } from '@millrace/package-metadata';
import type { ComponentFacts } from '../facts';
import { capabilitiesOf, fits } from '../world';
import type { Supposed } from './resolve-clause';

/** What builds offer to a requirement of an architecture. */
export function offeredBy(builds: readonly ComponentFacts[], arch: string): Supposed {
  const all = builds.map((build) => offersOf(build, arch));
  return {
    deb: () => false,
    rpm: (wanted) => all.some((offers) => (offers.get(wanted.name) ?? []).some((one) => satisfies(one, wanted))),
  };
}

type Offers = ReadonlyMap<string, readonly Dependency[]>;

const kept = new WeakMap<ComponentFacts, Map<string, Offers>>();

/** By name; made once for a build and an architecture. */
function offersOf(build: ComponentFacts, arch: string): Offers {
  const known = kept.get(build) ?? new Map<string, Offers>();
  kept.set(build, known);
  const offers = known.get(arch) ?? madeOf(build, arch);
  known.set(arch, offers);
  return offers;
}

function madeOf({ packages }: ComponentFacts, arch: string): Offers {
  const offers = new Map<string, Dependency[]>();
  for (const one of packages.filter((of) => fits(of.arch, arch))) {
    for (const offer of capabilitiesOf(one)) {
      const list = offers.get(offer.name);
      if (list) list.push(offer);
      else offers.set(offer.name, [offer]);
    }
  }
  return offers;
}
