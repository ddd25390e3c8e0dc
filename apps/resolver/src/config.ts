import { z } from 'zod';

/** Section `resolver` of millrace.yaml, and MILLRACE_RESOLVER_<KEY> over it. */
export const config = z.strictObject({
  sandbox: z
    .string()
    .max(4096)
    .default('')
    .describe("Folder for the sandbox that reads specs; a local builder's folder will do. Empty: one of its own."),
  specs_at_once: z.coerce.number().int().min(1).max(64).default(2).describe('Specs that are read at one time.'),
  patience_seconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(55)
    .default(45)
    .describe('How long a question waits for a running import.'),
});
export type ResolverConfig = z.infer<typeof config>;
