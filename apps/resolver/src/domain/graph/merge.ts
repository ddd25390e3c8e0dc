import type { CatalogueBuilder } from './build-catalogue';
import { flag, schemes, type Catalogue } from './catalogue';
import { namesIn } from './resolve-clause';
import { each } from './rows';

/** Adds everything of a catalogue to a builder, so that what several sources gave stands in one graph. */
export function addCatalogue(builder: CatalogueBuilder, of: Catalogue): void {
  const components = Int32Array.from(of.components, (id, n) => {
    return builder.component(id, of.versions.get(n), of.flags[n]!);
  });
  const arch = (n: number): string => of.architectures.get(n);
  const packages = Int32Array.from({ length: of.packageNames.count }, (_, n) => {
    const owner = components[of.packageComponent[n]!]!;
    return builder.package(owner, of.packageNames.get(n), of.packageVersions.get(n), arch(of.packageArch[n]!));
  });
  const clauses = Int32Array.from({ length: of.clauses.count }, (_, n) => {
    const scheme = schemes[of.clauseScheme[n]!]!;
    const text = of.clauses.get(n);
    return builder.clause(scheme, text, arch(of.clauseArch[n]!), namesIn(scheme, text));
  });
  for (let n = 0; n < of.capabilities.count; n++) {
    const name = of.capabilities.get(n);
    each(of.offers, n, (offer) => builder.offer(packages[of.offerPackage[offer]!]!, name, of.offerText.get(offer)));
  }
  for (const kind of ['build', 'recipe', 'installs'] as const) {
    for (let n = 0; n < components.length; n++) {
      each(of[kind], n, (clause) => builder.needs(kind, components[n]!, clauses[clause]!));
    }
  }
  for (let n = 0; n < packages.length; n++) {
    each(of.runtime, n, (clause) => builder.needs('runtime', packages[n]!, clauses[clause]!));
  }
  for (const kind of ['contains', 'builtOn'] as const) {
    for (let n = 0; n < components.length; n++) {
      each(of[kind], n, (target) => builder.needs(kind, components[n]!, components[target]!));
    }
  }
  for (let n = 0; n < of.problems.count; n += 3) {
    builder.problem(of.problems.get(n), of.problems.get(n + 1), of.problems.get(n + 2));
  }
}

/** Flags of a component that something names, and that nothing has told more about yet. */
export const placeholder = flag.external | flag.sourceless | flag.declared;
