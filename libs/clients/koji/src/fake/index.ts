export { startFakeHub, type FakeHub, type FakeHubOptions } from './fake-hub';
export { doneTwice } from './done-twice';
export { recipeOf, specOf, type Part } from './parts';
export { stockBuilds, type StockedBuild } from './stock';
export type { Ending, HubState, Recipe } from './state';
export type { Trouble } from './trouble';
