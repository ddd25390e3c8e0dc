import { weekdays, type QuietHours, type ReleaseDefinition, type Urgency } from '@millrace/contracts';
import { later, msOf, type Moment } from '@millrace/kernel';

type Defined = Pick<ReleaseDefinition, 'budgets'>;

/** Quiet hours that a cascade must keep now. */
export interface Quiet {
  /** When they end, to the minute; a change of the clocks in between moves it. */
  readonly until: Moment;
  readonly reason: string;
}

const minute = 60_000;
const dayOfMinutes = 24 * 60;

/** The quiet hours in which a cascade of this urgency starts no builds; of several those that end last. null: none. */
export function quietNow({ budgets }: Defined, urgency: Urgency, at: Moment): Quiet | null {
  const kept = (budgets?.quiet ?? []).filter((one) => urgency !== 'security' && one.urgencies.includes(urgency));
  const now = kept.flatMap((one) => {
    const left = minutesLeft(one, at);
    return left === null ? [] : [{ until: endOfMinute(at, left), reason: one.reason }];
  });
  return now.sort((a, b) => (a.until < b.until ? 1 : -1))[0] ?? null;
}

export function quietWords({ until, reason }: Quiet): string {
  return `quiet hours until ${until}: ${reason}`;
}

/** Minutes until a window ends that has begun; null: it has not. */
function minutesLeft({ days, from, until, timezone }: QuietHours, at: Moment): number | null {
  const [start, end] = [minutesOf(from), minutesOf(until)];
  const { day, time } = localTime(at, timezone);
  // The same time at both ends is a whole day.
  const length = (end - start + dayOfMinutes) % dayOfMinutes || dayOfMinutes;
  const since = (time - start + dayOfMinutes) % dayOfMinutes;
  if (since >= length) return null;
  const began = time < start ? (day + 6) % 7 : day;
  return days === undefined || days.includes(weekdays[began]!) ? length - since : null;
}

/** Monday is day 0; minutes since midnight. */
function localTime(at: Moment, timeZone: string): { readonly day: number; readonly time: number } {
  const parts = formatOf(timeZone).formatToParts(new Date(msOf(at)));
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const day = weekdays.findIndex((one) => one === part('weekday').toLowerCase());
  return { day, time: Number(part('hour')) * 60 + Number(part('minute')) };
}

/** Making one takes longer than a decision; there are as many as there are time zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const options = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  const made = new Intl.DateTimeFormat('en-US', options);
  formats.set(timeZone, made);
  return made;
}

function minutesOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function endOfMinute(at: Moment, minutes: number): Moment {
  return later(at, minutes * minute - (msOf(at) % minute));
}
