export { startFakeForge, type FakeForge } from './forge-server';
export type { FakePull } from './forge-dialects';
export { startGitServer, type GitServer, type GitServerOptions } from './git-server';
export { gitWorld, type GitWorld } from './git-world';
