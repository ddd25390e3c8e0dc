import {
  nsvcText,
  type ModuleDescription,
  type ModulemdContents,
  type PrioritizedRepository,
} from '@millrace/package-metadata';
import type { Findings } from '../findings';

/**
 * Leaves out the packages of module streams that nobody gets without asking: of a module with several streams only the
 * default one stands among the other packages, as for dnf; of one with a single stream that one.
 */
export function withoutHiddenStreams(
  repositories: readonly PrioritizedRepository[],
  { modules, defaults }: Pick<ModulemdContents, 'modules' | 'defaults'>,
  findings: Findings,
): readonly PrioritizedRepository[] {
  const shown = new Set<string>();
  const hidden = new Map<string, ModuleDescription>();
  const usual = new Map(defaults.map((one) => [one.module, one.stream]));
  const streams = streamsOf(modules);
  for (const module of modules) {
    const { name, stream } = module;
    const isShown = streams.get(name)!.size === 1 || usual.get(name) === stream;
    for (const nevra of module.artifacts) {
      if (isShown) shown.add(nevra);
      else hidden.set(nevra, module);
    }
  }
  for (const nevra of shown) hidden.delete(nevra);
  if (hidden.size === 0) return repositories;
  for (const module of new Set(hidden.values())) {
    findings.leftOut(`packages of ${nsvcText(module)}`, 'it is not the default stream of its module');
  }
  return repositories.map((one) => ({
    ...one,
    packages: one.packages.filter((of) => {
      return !hidden.has(`${of.name}-${of.epoch}:${of.version}-${of.release}.${of.arch}`);
    }),
  }));
}

function streamsOf(modules: readonly ModuleDescription[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name, stream } of modules) found.set(name, (found.get(name) ?? new Set()).add(stream));
  return found;
}
