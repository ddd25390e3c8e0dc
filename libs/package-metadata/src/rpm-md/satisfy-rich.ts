import type { Dependency } from './dependency';
import type { RichDependency } from './rich-dependency';

/**
 * Whether a set of packages satisfies a boolean dependency, as rpm and libsolv read it.
 * @param providersOf the packages of the set that satisfy a simple dependency; compared by identity
 */
export function satisfiesRich<Package>(
  rich: RichDependency,
  providersOf: (dependency: Dependency) => Iterable<Package>,
): boolean {
  switch (rich.kind) {
    case 'simple':
    case 'with':
    case 'without':
      return packagesOf(rich, providersOf).size > 0;
    case 'and':
      return rich.of.every((one) => satisfiesRich(one, providersOf));
    case 'or':
      return rich.of.some((one) => satisfiesRich(one, providersOf));
    case 'if':
      return conditional(rich, true, providersOf);
    case 'unless':
      return conditional(rich, false, providersOf);
  }
}

/** `a if b else c` asks for a with b, and for c without it; `a unless b` is false with b and without `else`. */
function conditional<Package>(
  rich: RichDependency & { readonly kind: 'if' | 'unless' },
  when: boolean,
  providersOf: (dependency: Dependency) => Iterable<Package>,
): boolean {
  if (satisfiesRich(rich.condition, providersOf) === when) return satisfiesRich(rich.then, providersOf);
  return rich.otherwise ? satisfiesRich(rich.otherwise, providersOf) : when;
}

/** The single packages that satisfy something that one package can satisfy. */
function packagesOf<Package>(
  rich: RichDependency,
  providersOf: (dependency: Dependency) => Iterable<Package>,
): ReadonlySet<Package> {
  switch (rich.kind) {
    case 'simple':
      return new Set(providersOf(rich.dependency));
    case 'or':
      return new Set(rich.of.flatMap((one) => [...packagesOf(one, providersOf)]));
    case 'with': {
      const [first, ...others] = rich.of.map((one) => packagesOf(one, providersOf));
      return new Set([...first!].filter((one) => others.every((other) => other.has(one))));
    }
    case 'without': {
      const unwanted = packagesOf(rich.unwanted, providersOf);
      return new Set([...packagesOf(rich.wanted, providersOf)].filter((one) => !unwanted.has(one)));
    }
    case 'and':
    case 'if':
    case 'unless':
      return new Set();
  }
}
