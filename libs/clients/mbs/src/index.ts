export {
  connectToMbs,
  type Mbs,
  type MbsLogin,
  type MbsOptions,
  type ModuleQuery,
  type ModuleSubmission,
} from './client';
export { moduleBuild, moduleStates, nsvcOf, nvrOf, type About, type ModuleBuild, type ModuleState } from './schema';
