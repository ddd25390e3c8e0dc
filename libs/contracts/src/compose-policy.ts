import { z } from 'zod';
import { glob } from './definition-words';

/** What composes are made of the release. */
export const composePolicy = z.strictObject({
  automatic: z.boolean().default(false),
  /** productmd short name and version, e.g. `Minidistro` and `1`. */
  short: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
  version: z.string().max(50),
  type: z.enum(['production', 'nightly', 'test', 'ci', 'development']).default('nightly'),
  variant: z
    .string()
    .regex(/^[A-Za-z0-9]+$/)
    .default('Everything'),
  /** Components to harvest; globs. */
  include: z.array(glob).default(['rpm/*', 'module/*', 'container/*', 'image/*']),
});
