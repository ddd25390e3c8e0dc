import { subjectToken } from '@millrace/kernel';
import { z } from 'zod';

export const owners = ['resolver', 'scheduler', 'ci-bridge', 'notifier', 'harvester', 'inlet'] as const;
export type Owner = (typeof owners)[number];
export type App = Exclude<Owner, 'inlet'>;
export const apps: readonly App[] = ['resolver', 'scheduler', 'ci-bridge', 'notifier', 'harvester'];

/** An event's JSON may have at most this many bytes; larger things travel by digest. */
export const maxEventBytes = 256 * 1024;

/** CloudEvents 1.0 attributes, and our extension attributes (lower case, as the specification wants them). */
export const envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.string().min(1).max(200),
  type: z.string().min(1).max(200),
  time: z.iso.datetime({ offset: true }),
  /** What the event is about: a component id, a cascade id, an NVR. */
  subject: z.string().max(512).optional(),
  datacontenttype: z.literal('application/json').optional(),
  release: z.string().max(128).nullish(),
  /** Revision of the release definition that it was decided under. */
  releaserevision: z.number().int().nullish(),
  /** Grows with each event about the same subject; a lower one than the last seen is out of date. */
  revision: z.number().int().nonnegative().optional(),
  visibility: z.enum(['public', 'embargoed']).optional(),
  traceparent: z.string().max(100).optional(),
  data: z.unknown(),
});
export type Envelope<Data = unknown> = Omit<z.infer<typeof envelope>, 'data'> & { readonly data: Data };

export interface Concern {
  /** Component ids that the event is about. */
  readonly components: readonly string[];
  /** People who asked for it or must act, by name; empty: the components' owners. */
  readonly people: readonly string[];
  readonly severity: 'debug' | 'info' | 'warning' | 'error';
}

export interface EventContract<Data = unknown> {
  readonly owner: Owner;
  readonly entity: string;
  readonly happened: string;
  readonly version: 1;
  readonly about: string;
  readonly data: z.ZodType<Data>;
  /** One line for people. */
  readonly summary: (data: Data) => string;
  /** Path of its page below the owner's HTTP address; null when it has none. */
  readonly link: (data: Data) => string | null;
  readonly concerns: (data: Data) => Concern;
  readonly example: { readonly release: string | null; readonly subject: string; readonly data: Data };
}

/** What names an event: any contract will do. */
export type EventName = Pick<EventContract, 'owner' | 'entity' | 'happened' | 'version'>;

export function eventType(of: EventName): string {
  return `millrace.${of.owner}.${of.entity}.${of.happened}.v${of.version}`;
}

/** The NATS subject of one event: `millrace.<owner>.<entity>.<happened>.v1.<release>.<component type>`. */
export function eventSubject(of: EventName, release: string | null, componentType: string | null): string {
  return `${eventType(of)}.${subjectToken(release)}.${subjectToken(componentType)}`;
}

/** The subject filter of every event of a contract. */
export function eventFilter(of: EventName): string {
  return `${eventType(of)}.>`;
}

export function streamName(owner: Owner): string {
  return owner === 'inlet' ? 'INLET' : `MILLRACE_${owner.replace(/-/g, '_').toUpperCase()}`;
}

/** Six tokens or more: commands and questions have five and are never captured. */
export function streamSubjects(owner: Owner): string {
  return `millrace.${owner}.*.*.*.>`;
}
