import { releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';
import { definitionOf } from './outside';

type Given = Parameters<typeof releaseDefinition.parse>[0];

/** A release with budgets as somebody writes them: what is left out gets its default. */
export function budgetsOf(budgets: object, more: object = {}): ReleaseDefinition {
  return releaseDefinition.parse({ ...definitionOf(), ...more, budgets } as Given);
}
