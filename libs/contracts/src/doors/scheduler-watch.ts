import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema, failureClasses } from '../contents';
import { alertKinds } from '../events/scheduler-alert';
import { ask } from './door';

export const alertView = z.object({
  /** `<kind>/<subject>` */
  alert: z.string(),
  kind: z.enum(alertKinds),
  subject: z.string(),
  release: releaseName,
  since: z.string(),
  text: z.string(),
  remedy: z.string(),
  /** null: it still holds. */
  endedAt: z.string().nullable(),
});

export const alerts = ask({
  owner: 'scheduler',
  name: 'alerts',
  about: 'What hangs, since when, and what to do; newest first. Ended ones are kept.',
  request: z.object({
    release: releaseName.optional(),
    state: z.enum(['open', 'ended', 'all']).default('open'),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  reply: z.object({ alerts: z.array(alertView) }),
  http: { method: 'GET', path: '/api/v1/alerts' },
});

const builders = z.object({
  /** A channel of Koji; `all`: whatever the hub has. */
  name: z.string(),
  up: z.number().int(),
  hosts: z.number().int(),
  /** Of those that are up, in the build system's own unit. */
  capacity: z.number(),
  load: z.number(),
  /** Tasks that no builder has taken yet, whoever's they are; null: not counted. */
  waiting: z.number().int().nullable(),
  architectures: z.array(z.string()),
});

export const buildSystems = ask({
  owner: 'scheduler',
  name: 'build-systems',
  about: 'The build systems: builds of ours at one time, whether it is down, and what its builders bear now.',
  request: z.object({}),
  reply: z.object({
    systems: z.array(
      z.object({
        name: z.string(),
        /** Builds of ours there at one time, and how many there are. */
        capacity: z.number().int(),
        used: z.number().int(),
        downSince: z.string().nullable(),
        problem: z.string().nullable(),
        /** Empty where it cannot say. */
        builders: z.array(builders),
        /** Why its builders are not known now; null: they are, or it has none of its own. */
        unknown: z.string().nullable(),
      }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/build-systems' },
});

const seconds = z.number().nonnegative();
/** Mean seconds a hop: from the cascade's start to its end, until it was started, in its build system, at its gate. */
const hopTimes = z.object({ lead: seconds, waiting: seconds, building: seconds, gating: seconds });

const cascadeHistory = z.object({
  cascade: z.string(),
  release: releaseName,
  state: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** Seconds from its start to its end, or to now. */
  lead_s: seconds,
  rebuilds: z.number().int(),
  validated: z.number().int(),
  /** Attempts that ended in a failure or a rejection. */
  failures: z.number().int(),
  /** Validated without a failure, of all that came to an end; null: none did yet. */
  success_rate: z.number().min(0).max(1).nullable(),
  builder_hours: z.number().nonnegative(),
  hop_mean_s: hopTimes,
});

const hop = z.object({
  component: componentIdSchema,
  generation: z.number().int(),
  pass: z.number().int(),
  tier: z.number().int(),
  state: z.string(),
  attempt: z.number().int(),
  lead_s: seconds.nullable(),
  waiting_s: seconds.nullable(),
  building_s: seconds.nullable(),
  gating_s: seconds.nullable(),
});

export const history = ask({
  owner: 'scheduler',
  name: 'history',
  about:
    'How long cascades took and how often they went well, newest first; of one cascade, every hop too: lead, waiting, ' +
    'building and gating time in seconds.',
  request: z.object({
    release: releaseName.optional(),
    cascade: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
    /** Hops of this page. */
    hop_limit: z.coerce.number().int().min(0).max(5000).default(5000),
    /** `next` of the page before. */
    after: z.string().max(700).optional(),
  }),
  reply: z.object({
    cascades: z.array(cascadeHistory),
    /** Over all cascades listed. */
    totals: z.object({
      cascades: z.number().int(),
      hops: z.number().int(),
      failures: z.number().int(),
      success_rate: z.number().min(0).max(1).nullable(),
      builder_hours: z.number().nonnegative(),
      hop_mean_s: hopTimes,
    }),
    hops: z.array(hop),
    /** Where the next page of hops begins; null: this is the last one. */
    next: z.string().nullable().optional(),
  }),
  http: { method: 'GET', path: '/api/v1/history' },
});

export const failures = ask({
  owner: 'scheduler',
  name: 'failures',
  about: 'What failed by its source and its inputs, newest first: it is not built again until one of them changes.',
  request: z.object({
    release: releaseName.optional(),
    component: componentIdSchema.optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(50),
  }),
  reply: z.object({
    failures: z.array(
      z.object({
        release: releaseName,
        component: componentIdSchema,
        commit: z.string().nullable(),
        inputs: z.string(),
        class: z.enum(failureClasses),
        summary: z.string(),
        regression: z.enum(['yes', 'no', 'unknown']),
        cascade: z.string(),
        at: z.string(),
        times: z.number().int(),
      }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/failures' },
});
