import { z } from 'zod';
import { failureClasses, type Evidence } from './contents';
import { duration, glob, globMatches } from './definition-words';

const classes = z.enum(failureClasses).exclude(['gate', 'cancelled']);

/**
 * What a line of a failed build's log says about the failure. `match` is a glob that is looked for anywhere in one
 * line: no regular expression, so that none can be made to take for ever. The first pattern that matches decides.
 */
const failurePattern = z.strictObject({
  match: glob,
  class: classes,
  /** Words for people; the line itself when there are none. */
  summary: z.string().min(1).max(500).optional(),
});
export type FailurePattern = z.infer<typeof failurePattern>;

export const failurePatterns = z.array(failurePattern).max(100);

/** Failures that are nobody's: how often they are tried again by themselves. */
export const retries = z.strictObject({
  /** Attempts in a row that may break before people are told. */
  attempts: z.number().int().min(1).max(20).default(3),
  /** Before the second attempt; four times as long before each one after it. */
  pause: duration.default('2s'),
  /** Such attempts in one cascade. */
  budget: z.number().int().min(0).max(1_000_000).default(500),
  /** Tries a day that a fixed dependency gives a component that failed before, at low priority. */
  freed_per_day: z.number().int().min(0).max(100).default(2),
});
export type Retries = z.infer<typeof retries>;

/** Characters of a line that are looked at. */
const mostOfLine = 500;

/** The evidence, with the class and the words of the first of the release's patterns that matches a line of it. */
export function classified(evidence: Evidence, patterns: readonly FailurePattern[] | undefined): Evidence {
  if (!patterns || patterns.length === 0 || evidence.class === 'gate' || evidence.class === 'cancelled')
    return evidence;
  const lines = [evidence.summary, ...evidence.tail.split('\n')].map((line) => line.slice(0, mostOfLine));
  for (const { match, class: failureClass, summary } of patterns) {
    const line = lines.find((one) => globMatches(`*${match}*`, one));
    if (line === undefined) continue;
    return { ...evidence, class: failureClass, summary: summary ?? (line.trim() || evidence.summary) };
  }
  return evidence;
}
