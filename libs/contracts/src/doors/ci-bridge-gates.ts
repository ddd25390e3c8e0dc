import { z } from 'zod';
import { releaseName } from '../common';
import { verdictDecided } from '../events/ci-bridge';
import { ask, command } from './door';

const decisionNumber = z.coerce.number().int().positive();

const decisionView = verdictDecided.data.and(
  z.object({
    decision_id: decisionNumber,
    at: z.string(),
    /** What the answer was made of. */
    made_of: z.object({
      definition_revision: z.number().int(),
      policies: z.array(z.string()),
      /** Of Greenwave's policy files as they were. */
      catalogue: z.string().nullable(),
      results: z.array(z.number().int()),
      waivers: z.array(z.number().int()),
    }),
  }),
);

export const decisions = ask({
  owner: 'ci-bridge',
  name: 'decisions',
  about: 'Every answer of the gate, newest first, with what it was made of.',
  request: z.object({
    subject: z.string().max(512).optional(),
    /** Only those with a higher id. */
    after: z.coerce.number().int().min(0).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  reply: z.object({ decisions: z.array(decisionView) }),
  http: { method: 'GET', path: '/api/v1/decisions' },
});

export const decisionReplay = ask({
  owner: 'ci-bridge',
  name: 'decision-replay',
  about: 'Makes an answer again from what it was made of, and says whether it comes out the same.',
  request: z.object({ decision: decisionNumber }),
  reply: z.object({
    same: z.boolean(),
    stored: z.object({ decision: z.string(), state: z.string() }),
    replayed: z.object({ decision: z.string(), state: z.string() }),
  }),
  http: { method: 'GET', path: '/api/v1/decisions/{decision}/replay' },
});

export const policies = ask({
  owner: 'ci-bridge',
  name: 'policies',
  about: "The policies that hold now, of Greenwave's files and of the releases, and what is wrong with files.",
  request: z.object({}),
  reply: z.object({
    policies: z.array(
      z.object({
        id: z.string().nullable(),
        product_versions: z.array(z.string()),
        decision_contexts: z.array(z.string()),
        subject_types: z.array(z.string()),
        rules: z.number().int(),
      }),
    ),
    digest: z.string().nullable(),
    problems: z.array(z.string()),
    warnings: z.array(z.string()),
  }),
  http: { method: 'GET', path: '/api/v1/policies' },
});

export const policyHistory = ask({
  owner: 'ci-bridge',
  name: 'policy-history',
  about: 'Which builds of the last days would a policy file have blocked? Nothing is changed.',
  request: z.object({
    /** A policy file of Greenwave, as it is. */
    policy: z.string().min(1).max(200_000),
    release: releaseName.optional(),
    days: z.coerce.number().int().min(1).max(3650).default(30),
    /** The gating point that the builds were asked about; the policy's own contexts are not looked at when it is given. */
    context: z.string().max(100).optional(),
    limit: z.coerce.number().int().min(1).max(5000).default(1000),
  }),
  reply: z.object({
    looked_at: z.number().int(),
    blocked: z.array(
      z.object({
        subject: z.string(),
        component: z.string(),
        release: z.string(),
        at: z.string(),
        /** What the gate said then; `not asked`: only results are known of it. */
        was: z.string(),
        summary: z.string(),
        tests: z.array(z.object({ test: z.string(), type: z.string() })),
      }),
    ),
    /** Builds that the policy does not speak about. */
    untouched: z.number().int(),
  }),
  http: { method: 'POST', path: '/api/v1/policy-history' },
});

export const gateGroup = command({
  owner: 'ci-bridge',
  name: 'gate-group',
  about: 'Gates several builds as one subject, whose id follows from what it contains; the same builds, the same id.',
  request: z.object({
    release: releaseName,
    /** NVRs. */
    builds: z.array(z.string().min(1).max(512)).min(1).max(2000),
    context: z.string().max(100).default('millrace_rebuild'),
  }),
  reply: z.object({ subject: z.string(), decision: z.string(), state: z.string() }),
  http: { method: 'POST', path: '/admin/v1/gate-groups' },
  role: 'maintainer',
});
