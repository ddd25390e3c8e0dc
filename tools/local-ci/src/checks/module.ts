import { outcomeOf, runInRoot, type Bench, type Outcome } from '../check';
import { dnf } from '../dnf';

/** Does dnf read the module's metadata, and do all its profiles install into an empty root? */
export async function checkModule(bench: Bench): Promise<readonly Outcome[]> {
  const { candidate, base, release, component } = bench.build;
  const spec = component.stream ? `${component.name}:${component.stream}` : component.name;
  // Which profile is the default one is said by the distribution, not by the module.
  const words = ['module', 'install', `${spec}/*`];
  const ran = await runInRoot(bench, 'module-install', dnf({ candidate, base }, release, ['candidate', 'base'], words));
  return [
    outcomeOf('module-install', ran, {
      passed: `module ${spec} installs into an empty root`,
      failed: `module ${spec} does not install`,
    }),
  ];
}
