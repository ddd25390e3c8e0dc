import { componentId } from '@millrace/kernel';
import {
  dependenciesIn,
  openCompressed,
  readDebPackages,
  readDebSources,
  relationText,
  type DebAlternatives,
  type DebDependencies,
} from '@millrace/package-metadata';
import { CatalogueBuilder } from '@millrace/resolver/domain/graph/build-catalogue';
import { flag } from '@millrace/resolver/domain/graph/catalogue';
import { networkOf, type Network } from '@millrace/resolver/domain/graph/network';

const context = { architecture: 'amd64', profiles: new Set<string>() };

/** Reads Debian's `Sources` and `Packages` of amd64, compressed or not, into the resolver's graph core. */
export async function debianGraph(sources: string, packages: string): Promise<Network> {
  const builder = new CatalogueBuilder();
  const clauses = new Map<DebAlternatives, number | null>();
  const each = (wanted: DebDependencies, visit: (clause: number) => void): void => {
    for (const alternatives of wanted) {
      if (!clauses.has(alternatives)) clauses.set(alternatives, clauseOf(builder, alternatives));
      const clause = clauses.get(alternatives)!;
      if (clause !== null) visit(clause);
    }
  };
  for await (const source of readDebSources(openCompressed(sources), sources)) {
    if (source.extraSourceOnly) continue;
    const component = builder.component(componentId('deb', source.name), source.version);
    for (const wanted of [source.buildDepends, source.buildDependsArch, source.buildDependsIndep]) {
      each(wanted, (clause) => builder.needs('build', component, clause));
    }
  }
  for await (const binary of readDebPackages(openCompressed(packages), packages)) {
    const { name, version, source, architecture } = binary;
    if (architecture !== context.architecture && architecture !== 'all') continue;
    const component = builder.component(componentId('deb', source.name), source.version, flag.sourceless);
    const of = builder.package(component, name, version, architecture);
    builder.offer(of, name, version);
    for (const offer of binary.provides) builder.offer(of, offer.name, offer.version ?? '');
    each(binary.depends, (clause) => builder.needs('runtime', of, clause));
  }
  return networkOf(builder.finish());
}

/** What is left of a relation on this architecture and without build profiles; null: nothing. */
function clauseOf(builder: CatalogueBuilder, relation: DebAlternatives): number | null {
  const [alternatives] = dependenciesIn([relation], context);
  if (alternatives === undefined) return null;
  const texts = alternatives.map(({ name, qualifier, operator, version }) =>
    relationText({
      name,
      ...(qualifier === undefined ? {} : { qualifier }),
      ...(operator === undefined ? {} : { operator, version: version! }),
    }),
  );
  const names = [...new Set(alternatives.map((one) => one.name))];
  return builder.clause('deb', texts.join(' | '), context.architecture, names);
}
