import { moment } from '@millrace/kernel';
import { parseSpan, type Span } from '../domain/stamp';

/** The first time that is given, ISO 8601 or seconds or milliseconds since 1970; null when none is. */
export function occurredAt(...times: readonly (string | number | null | undefined)[]): Span | null {
  for (const time of times) {
    const span = spanOf(time);
    if (span) return span;
  }
  return null;
}

function spanOf(time: string | number | null | undefined): Span | null {
  if (typeof time === 'string') return parseSpan(time.replace(/ UTC$/, 'Z'));
  if (typeof time !== 'number' || !Number.isFinite(time) || time <= 0 || time > 253_402_300_800_000) return null;
  // Seconds until the year 5138, milliseconds since 1973.
  return parseSpan(moment(time < 100_000_000_000 ? time * 1000 : time));
}
