import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { webhookKinds } from './inbound/registry';

const names = z.array(z.string()).default([]);
const file = z
  .string()
  .min(1)
  .transform((path) => (isAbsolute(path) ? path : resolve(path)));

const webhook = z.strictObject({
  /** Which adapter reads it. */
  kind: z.enum(webhookKinds as [string, ...string[]]),
  /** A file with the secret that the sender has, too. */
  secret_file: file,
  /** How the sender proves that, where it can do otherwise than the adapter's kind usually does. */
  proof: z.enum(['signature', 'token']).optional(),
  /** With the kind generic: the mapping. */
  mapping_file: file.optional(),
  /** With the kind testing-farm: its API, to be asked for a request that a message only names. */
  api: z.url({ protocol: /^https?$/ }).optional(),
});

/** Settings of how results come in, and where else they go. */
export const intakeSettings = {
  /**
   * Who may post results through ResultsDB's API v3: names of tokens (`users`) or roles of tokens (`groups`), and globs
   * of test case names. Without it every token may, but one that only reads.
   */
  permissions: z.array(z.object({ users: names, groups: names, testcases: names })).optional(),
  /** Webhooks by the name in their address, `/webhooks/NAME`. */
  webhooks: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/, 'is no name of small letters'), webhook).default({}),
};
export type IntakeSettings = z.output<z.ZodObject<typeof intakeSettings>>;
