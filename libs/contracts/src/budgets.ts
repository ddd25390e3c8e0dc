import { z } from 'zod';
import { duration, glob } from './definition-words';

const reason = z.string().min(1).max(500);

/** A size as definitions write it: a number and one of M, G, T (powers of 1000). */
export const size = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,3})?[MGT]$/, "is no size: a number and one of M, G, T, e.g. '200G'");

const limits = {
  /** Hours of builders that may be foreseen. */
  builder_hours: z.number().positive().max(1e9).optional(),
  /** Disk that the results may need, as foreseen from the last builds' packages. */
  disk: size.optional(),
} as const;

interface Limits {
  readonly builder_hours?: number | undefined;
  readonly disk?: string | undefined;
}

function limitsSomething({ builder_hours, disk }: Limits): boolean {
  return builder_hours !== undefined || disk !== undefined;
}

const nothing = { path: ['builder_hours'], message: 'builder_hours or disk must be there' };

/** Counted over the cascades that started within this time. */
const per = duration.default('7d');

/** From and until are times of the day; `until` before `from` is on the next day. */
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is no time of the day, e.g. '08:30'");

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const quietHours = z.strictObject({
  /** Days on which it begins; absent: every day. */
  days: z.array(z.enum(weekdays)).min(1).optional(),
  from: timeOfDay,
  until: timeOfDay,
  /** An IANA name, e.g. Europe/Prague. */
  timezone: z
    .string()
    .max(60)
    .refine(isTimezone, { message: 'is no time zone, e.g. UTC or Europe/Prague' })
    .default('UTC'),
  /** Cascades that start no builds meanwhile; what runs finishes. */
  urgencies: z
    .array(z.enum(['normal', 'background']))
    .min(1)
    .default(['background']),
  reason,
});
export type QuietHours = z.infer<typeof quietHours>;

/** What cascades of a release may cost, and what is left to people. */
export const budgets = z.strictObject({
  /** Of each cascade. */
  cascade: z.strictObject(limits).refine(limitsSomething, nothing).optional(),
  /** Of all cascades of the release together. */
  release: z
    .strictObject({ ...limits, per })
    .refine(limitsSomething, nothing)
    .optional(),
  /** Of all cascades together that the same sender started; the first that matches counts. */
  senders: z
    .array(
      z
        .strictObject({
          /** Globs on who started it: a person, `git`, `github:octocat`, `follow:f43`. */
          by: z.array(glob).min(1).max(100),
          ...limits,
          per,
        })
        .refine(limitsSomething, nothing),
    )
    .max(100)
    .optional(),
  /** What becomes of a plan that goes over one: a person must let it start (default), or it is refused. */
  over: z.enum(['approve', 'refuse']).optional(),
  /** Share of the builds at one time that is left to people, by channel or build system; `*`: of all others. */
  people: z.record(z.string().min(1).max(100), z.number().min(0).max(0.95)).optional(),
  quiet: z.array(quietHours).max(50).optional(),
});
export type Budgets = z.infer<typeof budgets>;

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const units = { M: 1e6, G: 1e9, T: 1e12 } as const;

/** Bytes of a size as the definition writes it. */
export function bytesOf(text: string): number {
  return Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units];
}
