export { startFakeHub, type FakeHub, type FakeHubOptions } from './fake-hub';
export type { Ending, HubState, Recipe } from './state';
export type { Trouble } from './trouble';
