import { z } from 'zod';
import { releaseName } from '../common';
import { defineEvent } from '../define-event';

/** What can hang unseen. `build-system-down`: it, or a side tag of it that a cascade builds in and somebody deleted. */
export const alertKinds = [
  'build-slow',
  'task-untaken',
  'poller-silent',
  'gate-overdue',
  'gate-silent',
  'build-system-down',
  'resolver-away',
] as const;
export type AlertKind = (typeof alertKinds)[number];

const alert = z.object({
  /** `<kind>/<subject>` */
  alert: z.string().max(600),
  kind: z.enum(alertKinds),
  release: releaseName,
  /** A build's ref, a build system, `<build system>/<side tag>`, a cascade. */
  about: z.string().max(512),
  since: z.iso.datetime(),
  text: z.string().max(1000),
  /** What to do. */
  remedy: z.string().max(1000),
});

const example: z.infer<typeof alert> = {
  alert: 'build-slow/b-2',
  kind: 'build-slow',
  release: 'minidistro',
  about: 'b-2',
  since: '2026-01-31T09:30:00.000Z',
  text: 'build b-2 of rpm/libmill runs for 60 min; it takes 5 min as a rule',
  remedy: 'look at its log: millrace build log b-2',
};

export const alertRaised = defineEvent({
  owner: 'scheduler',
  entity: 'alert',
  happened: 'raised',
  about: 'Something hangs: said once, with what to do. alert.ended says that it is over.',
  data: alert,
  summary: (d) => d.text,
  link: () => '/api/v1/alerts',
  concerns: () => ({ components: [], people: [], severity: 'warning' }),
  example: { release: 'minidistro', subject: example.alert, data: example },
});

export const alertEnded = defineEvent({
  owner: 'scheduler',
  entity: 'alert',
  happened: 'ended',
  about: 'What an alert was raised for is over.',
  data: alert.extend({ ended: z.iso.datetime() }),
  summary: (d) => `over: ${d.text}`,
  link: () => '/api/v1/alerts',
  concerns: () => ({ components: [], people: [], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: example.alert,
    data: { ...example, ended: '2026-01-31T10:30:00.000Z' },
  },
});
