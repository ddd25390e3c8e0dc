import { satisfies, satisfiesRelation, type Dependency } from '@millrace/package-metadata';
import { dependencyOf, type Supposed } from './resolve-clause';

/**
 * What new builds would offer, as people write it: `libssl3`, `libssl3 (= 3.1)` as Debian does, `openssl-libs = 3.1-2` as
 * rpm does.
 */
export function supposing(provides: readonly string[]): Supposed {
  const offers = new Map<string, { readonly dependency: Dependency; readonly version: string | null }[]>();
  for (const text of provides) {
    const { dependency, version } = offerOf(text);
    offers.set(dependency.name, [...(offers.get(dependency.name) ?? []), { dependency, version }]);
  }
  return {
    deb: (relation, arch) =>
      (offers.get(relation.name) ?? []).some(({ version }) =>
        satisfiesRelation({ name: relation.name, version, architecture: arch, multiArch: 'allowed' }, relation, arch),
      ),
    rpm: (wanted) => (offers.get(wanted.name) ?? []).some(({ dependency }) => satisfies(dependency, wanted)),
  };
}

/** An offer as people write it. */
export function offerOf(text: string): {
  readonly name: string;
  readonly version: string | null;
  readonly dependency: Dependency;
} {
  const dependency = dependencyOf(text.replace(/ \(=\s*([^)\s]+)\)$/, ' = $1'));
  return { name: dependency.name, version: / \(?=\s*([^)\s]+)\)?$/.exec(text)?.[1] ?? null, dependency };
}
