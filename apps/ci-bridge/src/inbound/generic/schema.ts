import { z } from 'zod';

const expression = z.string().min(1).max(4000);

/** The mapping of a webhook of no known kind: each member a JSONata expression (https://docs.jsonata.org). */
export const mapping = z.strictObject({
  /** When it is true the message is understood and of no interest. */
  ignore: expression.optional(),
  /** A list, each of whose members is a result; the whole message is one without it. */
  results: expression.optional(),
  testcase: expression,
  outcome: expression,
  /** Words of `outcome` and what they mean; a word that is not here must be an outcome itself. */
  outcomes: z.record(z.string(), z.string()).default({}),
  item: expression,
  type: expression.default("'koji_build'"),
  /** What makes a result this one: run, attempt, state. Without it a message's own text does. */
  key: expression.optional(),
  url: expression.optional(),
  note: expression.optional(),
  /** ISO 8601, or seconds or milliseconds since 1970. */
  time: expression.optional(),
  data: z.record(z.string().regex(/^[^:]+$/, 'holds a colon'), expression).default({}),
});
export type Mapping = z.output<typeof mapping>;
