import type { Moment } from '@millrace/kernel';

/** ResultsDB's time: UTC with microseconds and without a zone, `2026-01-31T09:30:00.000000`. Sorts as text. */
export type Stamp = string;

/** A time as somebody wrote it: anywhere in this span, both ends included, since the writer's precision may be coarse. */
export interface Span {
  readonly from: Stamp;
  readonly until: Stamp;
}

export function stampOf(at: Moment): Stamp {
  return `${at.slice(0, -1)}000`;
}

export function momentOf(stamp: Stamp): Moment {
  return `${stamp.slice(0, 23)}Z`;
}

/** The stamp that is `micros` microseconds later. */
export function stampAfter(stamp: Stamp, micros: number): Stamp {
  return stampFrom(microsOf(stamp) + micros);
}

export function earlier(a: Stamp, b: Stamp): Stamp {
  return a < b ? a : b;
}

export function later(a: Stamp, b: Stamp): Stamp {
  return a > b ? a : b;
}

const shape =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/**
 * Reads ISO 8601 with or without a fraction and a zone; an offset is converted, not dropped. Null when it is no time.
 */
export function parseSpan(text: string): Span | null {
  const match = shape.exec(text.trim());
  if (!match) return null;
  const [, day, minutes = '00:00', seconds = '00', fraction = '', zone] = match;
  const ms = Date.parse(`${day}T${minutes}:${seconds}Z`);
  if (Number.isNaN(ms)) return null;
  const from = ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0')) - offsetMicros(zone);
  if (from < 0) return null;
  const width = fraction === '' ? 1_000_000 : 10 ** Math.max(0, 6 - fraction.length);
  return { from: stampFrom(from), until: stampFrom(from + width - 1) };
}

export function parseStamp(text: string): Stamp | null {
  return parseSpan(text)?.from ?? null;
}

function offsetMicros(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '');
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000_000;
}

/** Microseconds since 1970 stay exact in a number until the year 2255. */
function microsOf(stamp: Stamp): number {
  return Date.parse(`${stamp.slice(0, 23)}Z`) * 1000 + Number(stamp.slice(23));
}

export function stampFrom(micros: number): Stamp {
  const ms = Math.floor(micros / 1000);
  const rest = micros - ms * 1000;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}`;
}
