import { z } from 'zod';
import { gateSettings } from './gate-settings';
import { intakeSettings } from './intake-settings';

/** Outcomes that every ResultsDB knows. */
const standardOutcomes = ['PASSED', 'INFO', 'FAILED', 'NEEDS_INSPECTION'];

export const config = z.object({
  ...intakeSettings,
  ...gateSettings,
  /** Further outcomes that results may have, separated by commas. */
  outcomes: z
    .string()
    .regex(/^[A-Za-z_]*(,[A-Za-z_]+)*$/, 'is no list of words separated by commas')
    .default('NOT_APPLICABLE,QUEUED,RUNNING,ERROR')
    .transform((text) => text.toUpperCase().split(',').filter(Boolean))
    .transform((further) => [...new Set([...standardOutcomes, ...further])]),
});
export type BridgeConfig = z.output<typeof config>;
