import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { systemOf } from '../domain/policy';

/**
 * Is a component built in a build system beside this machine? Such a one shows builds of people once they are in the
 * release's tags; the local one has a place for them alone, in which nothing is the release's.
 */
export function isElsewhere(definition: ReleaseDefinition, component: ComponentId): boolean {
  const system = systemOf(definition, component);
  return system !== null && system !== 'local-rpm';
}
