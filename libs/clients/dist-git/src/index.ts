export * from './dist-git';
export { connectToForge } from './forges/connect';
export type { Forge, PullRequest, PullRequestWanted } from './forges/forge';
export { addressOf } from './git/configuration';
export type { CommitAt, Relation } from './git/relation';
export type { SpecFile } from './git/spec-file';
export { markerKey } from './marker';
export type { Commit, Remote, Survey, Unbuilt } from './remote';
export { access, forgeKinds, forgeSettings, type Access, type ForgeSettings } from './schema';
