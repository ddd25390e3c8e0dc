export { startFakeMbs, type FakeMbs, type FakeMbsOptions } from './fake-mbs';
export type { FakeModule, MbsState, ModuleRecipe } from './state';
