import { z } from 'zod';

const names = z.array(z.string()).default([]);

/** Settings of how results come in, and where else they go. */
export const intakeSettings = {
  /**
   * Who may post results through ResultsDB's API v3: names of tokens (`users`) or roles of tokens (`groups`), and globs
   * of test case names. Without it every token may, but one that only reads.
   */
  permissions: z.array(z.object({ users: names, groups: names, testcases: names })).optional(),
};
export type IntakeSettings = z.output<z.ZodObject<typeof intakeSettings>>;
