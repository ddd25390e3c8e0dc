import { dependencyText, type Dependency } from '@millrace/package-metadata';
import { CatalogueBuilder } from './build-catalogue';
import { flag } from './catalogue';
import { networkOf, type Network } from './network';
import { capabilitiesOf, resolve, type World } from '../world';

const made = new WeakMap<World, Network>();

/** The same facts as typed arrays; made once for a world. Components keep their numbers. */
export function networkOfWorld(world: World): Network {
  const known = made.get(world) ?? networkOf(catalogueOf(world));
  made.set(world, known);
  return known;
}

function catalogueOf(world: World) {
  const builder = new CatalogueBuilder();
  const wanted: { readonly dependency: Dependency; readonly arch: string }[] = [];
  const clause = (dependency: Dependency, arch: string): number => {
    const number = builder.clause('rpm', dependencyText(dependency), arch, [dependency.name]);
    wanted[number] ??= { dependency, arch };
    return number;
  };
  world.components.forEach((of) => {
    const version = of.nvr ?? '';
    builder.component(of.component, version, flagsOf(of));
  });
  for (const { component, facts } of world.packages) {
    const evr = `${facts.epoch === '0' ? '' : `${facts.epoch}:`}${facts.version}-${facts.release}`;
    const of = builder.package(component, facts.name, evr, facts.arch);
    for (const offer of capabilitiesOf(facts))
      builder.offer(of, offer.name, dependencyText(offer).slice(offer.name.length + 1));
    for (const one of facts.requires) builder.needs('runtime', of, clause(one, facts.arch));
  }
  world.components.forEach((of, n) => {
    for (const one of of.buildRequires) builder.needs('build', n, clause(one, 'noarch'));
    for (const one of of.bootstrapRequires ?? []) builder.needs('recipe', n, clause(one, 'noarch'));
    for (const one of of.bootstrapRequires === null ? [] : of.installs)
      builder.needs('recipe', n, clause(one, 'noarch'));
    for (const one of of.installs) builder.needs('installs', n, clause(one, 'noarch'));
    for (const id of of.contains) if (world.indexOf.has(id)) builder.needs('contains', n, world.indexOf.get(id)!);
    for (const id of of.builtOn) if (world.indexOf.has(id)) builder.needs('builtOn', n, world.indexOf.get(id)!);
  });
  return builder.finish((number) => resolve(world, wanted[number]!.dependency, wanted[number]!.arch));
}

function flagsOf(of: World['components'][number]): number {
  return (
    (of.external ? flag.external : 0) +
    (of.bootstrapRequires === null ? 0 : flag.recipe) +
    (of.source === null ? flag.sourceless : 0) +
    (of.nvr === null ? flag.declared : 0)
  );
}
