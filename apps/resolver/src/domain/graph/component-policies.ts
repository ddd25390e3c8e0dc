import { isBuiltFor, isEmbeddedComponent } from '@millrace/contracts';
import { clauseOf, type Network } from './network';
import { each } from './rows';
import type { Question } from './spread';

/** Does a requirement count for a component: are both it and something that changed built for the architecture? */
export function builtFor(
  network: Network,
  { changed, components = [] }: Question,
): (component: number, clause: number) => boolean {
  if (components.every((one) => one.architectures === undefined)) return () => true;
  const built = (component: number, arch: string): boolean =>
    isBuiltFor({ components }, network.components.get(component), arch);
  return (component, clause) => {
    const { arch } = clauseOf(network, clause);
    return built(component, arch) && (changed.length === 0 || changed.some((one) => built(one, arch)));
  };
}

/** Requirements on what changed where a policy says that who builds with it takes a copy. */
export function embeddedClauses(network: Network, { changed, components = [] }: Question): ReadonlySet<number> {
  const found = new Set<number>();
  const embedded = changed.filter((one) => isEmbeddedComponent({ components }, network.components.get(one)));
  for (const component of embedded) {
    each(network.made, component, (of) => each(network.answeredBy, of, (clause) => found.add(clause)));
  }
  return found;
}
