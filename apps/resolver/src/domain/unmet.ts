import type { ComponentId } from '@millrace/kernel';
import { dependencyText, isRich, satisfies, type Dependency } from '@millrace/package-metadata';
import type { ComponentFacts } from './facts';
import { answersTo } from './graph/resolve-clause';
import type { Network } from './graph/network';
import { capabilitiesOf, offersFor, type World } from './world';

/** A snapshot as it is without the builds of any cascade. */
export interface Ground {
  /** Does anything in it satisfy this, of components that are not among these? On whatever architecture. */
  offers(wanted: Dependency, without: ReadonlySet<ComponentId>): boolean;
}

const none: ReadonlySet<ComponentId> = new Set();

/**
 * What the packages of a new build require to be installed, and what the snapshot did satisfy, and does no longer with
 * the builds of the cascade in place of what they replace; in order, each once.
 *
 * It never raises a false alarm: what nothing in the graph ever offered (files and packages from elsewhere) is not
 * counted, nor are requirements with conditions, and an offer on any architecture does.
 *
 * @param layers  validated builds of the cascade, one of each component
 */
export function unmetBy(ground: Ground, build: ComponentFacts, layers: readonly ComponentFacts[]): readonly string[] {
  const made = [build, ...layers.filter(({ component }) => component !== build.component)];
  const replaced = new Set(made.map(({ component }) => component));
  const fresh = offersOf(made);
  const isMet = (wanted: Dependency): boolean => {
    if (fresh.get(wanted.name)?.some((offer) => satisfies(offer, wanted))) return true;
    return ground.offers(wanted, replaced) || !ground.offers(wanted, none);
  };
  const wanted = new Map<string, Dependency>();
  for (const { requires } of build.packages) {
    for (const one of requires) if (!isRich(one.name)) wanted.set(dependencyText(one), one);
  }
  return [...wanted].flatMap(([text, one]) => (isMet(one) ? [] : [text])).sort();
}

/** The graph of a release whose sources are read. */
export function groundOfWorld(world: World): Ground {
  return {
    offers: (wanted, without) =>
      offersFor(world, wanted).some((offer) => {
        return !without.has(world.components[world.packages[offer.package]!.component]!.component);
      }),
  };
}

/** An imported graph. */
export function groundOfNetwork(network: Network): Ground {
  const { components, packageComponent, offerPackage } = network;
  return {
    offers: (wanted, without) => {
      const gone = new Set([...without].map((component) => components.find(component)));
      const counts = (offer: number): boolean => !gone.has(packageComponent[offerPackage[offer]!]!);
      return answersTo({ scheme: 'rpm', text: dependencyText(wanted), arch: 'noarch' }, network, counts).length > 0;
    },
  };
}

function offersOf(made: readonly ComponentFacts[]): ReadonlyMap<string, readonly Dependency[]> {
  const found = new Map<string, Dependency[]>();
  for (const offer of made.flatMap(({ packages }) => packages.flatMap(capabilitiesOf))) {
    const same = found.get(offer.name);
    if (same) same.push(offer);
    else found.set(offer.name, [offer]);
  }
  return found;
}
