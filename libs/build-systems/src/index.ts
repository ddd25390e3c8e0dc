export * from './build-system';
export { createKojiBuildSystem } from './koji/koji';
export type { KojiBuildSystemOptions, KojiRelease, KojiReleases } from './koji/settings';
export type { BuildLimits } from './local-rpm/build-folder';
export { createLocalRpm, defaultLimits, type LocalRpmOptions } from './local-rpm/local-rpm';
export { describeSource, type SourceQuestion } from './local-rpm/describe-source';
export { makeByHand, type HandMade } from './local-rpm/make-by-hand';
export { checkToolchain, type ToolchainReport } from './local-rpm/toolchain';
