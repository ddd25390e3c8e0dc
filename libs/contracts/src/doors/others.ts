import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { verdictDecided } from '../events/ci-bridge';
import { ask, command } from './door';

const whereTested = z.object({
  at: z.string(),
  /** Where it can be tested: address, the build system's name of it (Koji: a tag), cascade, and the builds of a group. */
  repository: z.string().optional(),
  tag: z.string().nullable().optional(),
  cascade: z.string().nullable().optional(),
  group: z
    .array(z.object({ component: z.string(), nvr: z.string() }))
    .nullable()
    .optional(),
  /** A group that is a tier, or all of a cascade. */
  scope: z.enum(['tier', 'cascade']).optional(),
});

export const gates = ask({
  owner: 'ci-bridge',
  name: 'gates',
  about: "The gate's answers, newest first; of one subject, build or component when it is named.",
  request: z.object({
    subject: z.string().optional(),
    component: componentIdSchema.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  reply: z.object({ verdicts: z.array(verdictDecided.data.and(whereTested)) }),
  http: { method: 'GET', path: '/api/v1/gates' },
});

export const gateWaive = command({
  owner: 'ci-bridge',
  name: 'gate-waive',
  about: 'Waives a test for a subject: the gate goes on as if it had passed, and the waiver stays visible.',
  request: z.object({
    /** The subject's id: the NVR. */
    subject: z.string().max(512),
    test: z.string().max(255),
    comment: z.string().min(1).max(2000),
    /** One scenario alone; left out: all. */
    scenario: z.string().max(255).optional(),
    /** How far it reaches: this build; every build of the component until one passes; every build of the cascade. */
    scope: z.enum(['build', 'component', 'cascade']).optional(),
    /** A ticket's address or number. */
    ticket: z.string().max(512).optional(),
    /** Until when, as a time or as a duration such as `7d`. */
    expires: z.string().max(40).optional(),
    /** true takes the waiver back. */
    withdraw: z.boolean().optional(),
    /** Where it is waived, also when no gate was asked about the subject; left out: wherever one was. */
    product_version: z.string().min(1).max(200).optional(),
    /** What kind of thing the subject is, when no gate was asked about it: `koji_build` when left out. */
    subject_type: z.string().min(1).max(100).optional(),
  }),
  reply: z.object({
    waiver: z.number().int(),
    /** What the gate says now; `not asked`: nobody has asked it about the subject there. */
    decision: z.string(),
    /** Why it does not help yet, such as that a second person must waive too. */
    note: z.string().nullable().optional(),
  }),
  http: { method: 'POST', path: '/admin/v1/waivers' },
  role: 'maintainer',
});

export const noticeView = z.object({
  notice: z.string(),
  release: z.string().nullable(),
  person: z.string(),
  address: z.string(),
  way: z.enum(['mail']),
  about: z.string(),
  subject_line: z.string(),
  text: z.string(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  message_id: z.string(),
  attempts: z.number().int(),
  because: z.string(),
  at: z.string(),
  deliveredAt: z.string().nullable(),
});

export const notices = ask({
  owner: 'notifier',
  name: 'notices',
  about: 'Notices, newest first.',
  request: z.object({
    person: z.string().optional(),
    state: z.enum(['waiting', 'delivered', 'failed']).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  reply: z.object({ notices: z.array(noticeView) }),
  http: { method: 'GET', path: '/api/v1/notices' },
});

export const composeStates = ['waiting', 'making', 'finished', 'failed'] as const;

export const composeView = z.object({
  compose: z.string(),
  release: releaseName,
  state: z.enum(composeStates),
  because: z.string(),
  by: z.string(),
  path: z.string().nullable(),
  packages: z.number().int(),
  sources: z.number().int(),
  images: z.number().int(),
  /** Components that it waits for. */
  missing: z.array(componentIdSchema),
  problem: z.string().nullable(),
  at: z.string(),
  finishedAt: z.string().nullable(),
});

export const composes = ask({
  owner: 'harvester',
  name: 'composes',
  about: 'Composes, newest first.',
  request: z.object({ release: releaseName.optional(), limit: z.coerce.number().int().min(1).max(500).default(50) }),
  reply: z.object({ composes: z.array(composeView) }),
  http: { method: 'GET', path: '/api/v1/composes' },
});

export const compose = ask({
  owner: 'harvester',
  name: 'compose',
  about: 'One compose with its slots: every artifact that it wants, and whether it is there.',
  request: z.object({ compose: z.string() }),
  reply: composeView.extend({
    slots: z.array(
      z.object({ component: componentIdSchema, nvr: z.string().nullable(), state: z.enum(['present', 'missing']) }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/composes/{compose}' },
});

export const composeMake = command({
  owner: 'harvester',
  name: 'compose-make',
  about: 'Makes a compose of a release from its newest validated builds; what is missing is scheduled and waited for.',
  request: z.object({ release: releaseName, why: z.string().max(500).default('') }),
  reply: z.object({ compose: z.string(), text: z.string() }),
  http: { method: 'POST', path: '/admin/v1/composes' },
  role: 'releng',
});
