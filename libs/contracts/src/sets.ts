import { z } from 'zod';
import { componentIdSchema } from './contents';
import { glob } from './definition-words';

const moment = z.iso.datetime({ offset: true });

/** Which components of a release a set is made of: what is given must hold, all of it. */
export const setQuery = z.strictObject({
  /** Globs on component ids: one matches. */
  match: z.array(glob).min(1).max(1000).optional(),
  /** Globs on component ids: none matches. */
  exclude: z.array(glob).min(1).max(1000).optional(),
  /** Types of component: `rpm`, `module`. */
  types: z
    .array(z.string().regex(/^[a-z]{1,20}$/))
    .min(1)
    .max(20)
    .optional(),
  /** Names of `people` in the release definition: one of them owns it. */
  owners: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
  /** It depends directly on one of these, to be built, to run, or because it contains it. */
  depends_on: z.array(componentIdSchema).min(1).max(100).optional(),
  /** Its newest validated build is older than this; with `never_built`, one of the two holds. */
  built_before: moment.optional(),
  /** It has no validated build. */
  never_built: z.literal(true).optional(),
});
export type SetQuery = z.infer<typeof setQuery>;

/** What a set is made of. */
export const setFields = {
  /** Components to rebuild; they are in the set whatever the query says. */
  components: z.array(componentIdSchema).max(100_000).default([]),
  /** Every component of the release that a query does not leave out. */
  all: z.boolean().default(false),
  query: setQuery.optional(),
  /** A component with a validated build since then counts as done, and is left out. */
  since: moment.optional(),
  /** false: nothing in the set waits for anything else in it; it has one tier. */
  ordered: z.boolean().default(true),
} as const;
