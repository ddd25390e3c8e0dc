import { msBetween } from '@millrace/kernel';

/** A length of time for people: `0.8s`, `12s`, `3m 20s`, `2h 05m`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(ms, 0) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  return minutes < 60 ? `${minutes}m ${two(seconds % 60)}s` : `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

/** From one moment to another, or to now; `-` when it has not begun. */
export function span(from: string | null, to: string | null, now: string): string {
  return from === null ? '-' : duration(msBetween(from, to ?? now));
}

/** `2026-01-31T09:30:00.000Z` as `2026-01-31 09:30:00`. */
export function when(at: string | null): string {
  return at === null ? '-' : at.replace('T', ' ').slice(0, 19);
}

export function orDash(text: string | null | undefined): string {
  return text === null || text === undefined || text === '' ? '-' : text;
}

/** The first few, and how many more there are. */
export function some(items: readonly string[], most = 4): string {
  if (items.length === 0) return '-';
  const rest = items.length - most;
  return items.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `12 validated, 3 waiting`, the most telling first. */
export function countsText(counts: Readonly<Record<string, number | undefined>>): string {
  const told = Object.entries(counts).filter(([, n]) => (n ?? 0) > 0);
  return told.length === 0 ? 'nothing' : told.map(([state, n]) => `${n} ${state}`).join(', ');
}
