import type { Environment } from './settings';

/** The one place where a service reads its environment. */
export function processEnvironment(): Environment {
  return process.env;
}
