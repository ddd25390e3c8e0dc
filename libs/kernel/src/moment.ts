/** A point in time as ISO 8601 in UTC with milliseconds, `2026-01-31T09:30:00.000Z`: sorts as text. */
export type Moment = string;

export function moment(ms: number): Moment {
  return new Date(ms).toISOString();
}

export function msOf(at: Moment): number {
  return Date.parse(at);
}

export function later(at: Moment, ms: number): Moment {
  return moment(msOf(at) + ms);
}

/** Milliseconds from `from` to `to`; negative when `to` is earlier. */
export function msBetween(from: Moment, to: Moment): number {
  return msOf(to) - msOf(from);
}
