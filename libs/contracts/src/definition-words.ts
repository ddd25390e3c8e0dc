import { AppError } from '@millrace/kernel';
import { z } from 'zod';

export { globMatches } from '@millrace/kernel';

const longest = 10 * 365 * 86_400_000;

/** A pattern of `globMatches`. */
export const glob = z.string().min(1).max(200);

/** A span of time as definitions write it: a number and one of ms, s, m, h, d. */
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, "is no duration: a number and one of ms, s, m, h, d, e.g. '30s'")
  .refine((text) => (millisecondsOf(text) ?? 0) <= longest, 'is longer than ten years');

/** Milliseconds of a duration as the definition writes it. Throws `invalid` on anything else. */
export function durationMs(text: string): number {
  const ms = millisecondsOf(text);
  if (ms !== null) return ms;
  throw new AppError({
    code: 'duration-malformed',
    kind: 'invalid',
    message: `'${text.slice(0, 80)}' is no duration`,
    remedy: "write a number and one of ms, s, m, h, d, e.g. '30s'",
  });
}

function millisecondsOf(text: string): number | null {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!match) return null;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 'ms'];
  return Number(match[1]) * unit;
}
