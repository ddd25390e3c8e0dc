import { dependencyText } from '@millrace/package-metadata';
import type { ComponentFacts } from '../facts';
import { capabilitiesOf } from '../world';
import { clauseOf, type Network } from './network';
import type { Clause } from './resolve-clause';
import { each } from './rows';
import type { ClauseKind } from './spread';

/** A component wants this: to be built, assembled, or for a package of it to be installed. */
export interface NetworkDemand {
  readonly component: number;
  readonly kind: ClauseKind;
  readonly clause: Clause;
  /** The package that wants it; null for the build and for what is assembled. */
  readonly owner: string | null;
}

/**
 * What others may want of a component: requirements of the graph that it answers, or that name what a build of it that
 * lies over the graph offers, and all requirements of builds that lie over the graph.
 * @param layers  builds that lie over the graph, by their components; what the graph says of these does not count
 */
export function demandsOn(
  network: Network,
  component: number,
  layers: ReadonlyMap<number, ComponentFacts>,
): readonly NetworkDemand[] {
  const found: NetworkDemand[] = [];
  const counts = (of: number): boolean => of !== component && !layers.has(of);
  for (const number of candidates(network, component, layers.get(component))) {
    const clause = clauseOf(network, number);
    const add = (of: number, kind: ClauseKind, owner: string | null): void => {
      if (counts(of)) found.push({ component: of, kind, clause, owner });
    };
    each(network.builders, number, (of) => add(of, 'build', null));
    each(network.installers, number, (of) => add(of, 'contains', null));
    each(network.runners, number, (of) => {
      add(network.packageComponent[of]!, 'runtime', network.packageNames.get(of));
    });
  }
  for (const [of, facts] of layers) if (of !== component && of !== -1) found.push(...demandsOf(of, facts));
  return found;
}

function candidates(network: Network, component: number, over: ComponentFacts | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  each(network.made, component, (of) => each(network.answeredBy, of, (clause) => found.add(clause)));
  for (const one of over?.packages ?? []) {
    for (const { name } of capabilitiesOf(one)) {
      const capability = network.find(name);
      if (capability !== -1) each(network.mentions, capability, (clause) => found.add(clause));
    }
  }
  return found;
}

function demandsOf(component: number, { packages, buildRequires }: ComponentFacts): readonly NetworkDemand[] {
  const clause = (text: string, arch: string): Clause => ({ scheme: 'rpm', text, arch });
  return [
    ...buildRequires.map((one): NetworkDemand => {
      return { component, kind: 'build', clause: clause(dependencyText(one), 'noarch'), owner: null };
    }),
    ...packages.flatMap(({ name, arch, requires }) =>
      requires.map((one): NetworkDemand => {
        return { component, kind: 'runtime', clause: clause(dependencyText(one), arch), owner: name };
      }),
    ),
  ];
}
