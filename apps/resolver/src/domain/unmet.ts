import type { ComponentId } from '@millrace/kernel';
import { dependencyText, isRich, satisfies, type Dependency } from '@millrace/package-metadata';
import type { ComponentFacts } from './facts';
import { answersTo } from './graph/resolve-clause';
import type { Network } from './graph/network';
import { capabilitiesOf, offersFor, type World } from './world';

/** A snapshot as it is without the builds of any cascade. */
export interface Ground {
  /** Does anything in it satisfy this, of components that are not among these? On whatever architecture. */
  without(components: Iterable<ComponentId>): (wanted: Dependency) => boolean;
}

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
  const isOffered = ground.without(made.map(({ component }) => component));
  const wasOffered = ground.without([]);
  const lost = new Map<string, Dependency>();
  for (const { requires } of build.packages) {
    for (const one of requires) {
      if (!isRich(one.name) && !isOffered(one) && wasOffered(one)) lost.set(dependencyText(one), one);
    }
  }
  // What was replaced is offered by what took its place, as a rule.
  const fresh = offersOf(made, new Set([...lost.values()].map(({ name }) => name)));
  const isMet = (wanted: Dependency) => (fresh.get(wanted.name) ?? []).some((offer) => satisfies(offer, wanted));
  return [...lost].flatMap(([text, one]) => (isMet(one) ? [] : [text])).sort();
}

/** The graph of a release whose sources are read. */
export function groundOfWorld(world: World): Ground {
  return {
    without: (components) => {
      const gone = new Set([...components].map((component) => world.indexOf.get(component)));
      return (wanted) => offersFor(world, wanted).some((offer) => !gone.has(world.packages[offer.package]!.component));
    },
  };
}

/** An imported graph. */
export function groundOfNetwork(network: Network): Ground {
  const { packageComponent, offerPackage } = network;
  return {
    without: (components) => {
      const gone = new Set([...components].map((component) => network.components.find(component)));
      const counts = (offer: number): boolean => !gone.has(packageComponent[offerPackage[offer]!]!);
      return (wanted) => {
        return answersTo({ scheme: 'rpm', text: dependencyText(wanted), arch: 'noarch' }, network, counts).length > 0;
      };
    },
  };
}

/** What builds offer of these names; there may be thousands of builds. */
function offersOf(
  made: readonly ComponentFacts[],
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly Dependency[]> {
  const found = new Map<string, Dependency[]>();
  if (names.size === 0) return found;
  for (const one of made.flatMap(({ packages }) => packages)) {
    for (const offer of capabilitiesOf(one)) {
      if (names.has(offer.name)) found.set(offer.name, [...(found.get(offer.name) ?? []), offer]);
    }
  }
  return found;
}
