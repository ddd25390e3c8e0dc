export * from './build-system';
export type { BuildLimits } from './local-rpm/build-folder';
export { createLocalRpm, defaultLimits, type LocalRpmOptions } from './local-rpm/local-rpm';
export { makeByHand, type HandMade } from './local-rpm/make-by-hand';
export { parseContainerfile, type ContainerfileProblem, type ImageDefinition } from './local-rpm/containerfile';
export { parseModulemd, writeModulemd, type ModuleBuild, type ModuleDefinition } from './local-rpm/modulemd';
export { checkToolchain, type ToolchainReport } from './local-rpm/toolchain';
