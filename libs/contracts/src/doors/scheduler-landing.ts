import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { landingFinding, landingStates } from '../landing';
import { done } from './common';
import { ask, command } from './door';

const why = z.string().max(1000).default('');
const cascade = z.string().max(200);
const staying = z.array(z.object({ component: componentIdSchema, because: z.string() }));
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(false);

export const landingView = z.object({
  /** `<cascade>/<attempt>`. */
  landing: z.string(),
  cascade,
  release: releaseName,
  attempt: z.number().int(),
  state: z.enum(landingStates),
  partial: z.boolean(),
  adapters: z.array(z.string()),
  /** Builds that land, and that are in the release already. */
  total: z.number().int(),
  done: z.number().int(),
  by: z.string().nullable(),
  why: z.string(),
  findings: z.array(landingFinding),
  staying,
  /** Components that stay behind, also those that are not named. */
  stays: z.number().int(),
  problem: z.string().nullable(),
  /** What was built goes back, and why. */
  undoing: z.string().nullable(),
  repository: z.object({ number: z.number().int(), address: z.string(), place: z.string() }).nullable(),
  at: z.string(),
  endedAt: z.string().nullable(),
});

export const landings = ask({
  owner: 'scheduler',
  name: 'landings',
  about: 'Landings, newest first: of a cascade, a release, or all.',
  request: z.object({
    cascade: cascade.optional(),
    release: releaseName.optional(),
    state: z.enum(landingStates).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  reply: z.object({ landings: z.array(landingView) }),
  http: { method: 'GET', path: '/api/v1/landings' },
});

const step = z.object({
  component: componentIdSchema,
  nvr: z.string(),
  build: z.string(),
  system: z.string(),
  state: z.enum(['planned', 'placed', 'landed', 'undone', 'there']),
});

export const landing = ask({
  owner: 'scheduler',
  name: 'landing',
  about: 'The newest landing of a cascade, with its builds in their order.',
  request: z.object({ cascade, limit: z.coerce.number().int().min(1).max(50_000).default(1000) }),
  reply: landingView.extend({ steps: z.array(step) }),
  http: { method: 'GET', path: '/api/v1/cascades/{cascade}/landing' },
});

export const landingPlan = ask({
  owner: 'scheduler',
  name: 'landing-plan',
  about:
    'What would land, in which order, and what stands in the way: looked at now, changes nothing. With `partial` the ' +
    'largest set that can go, and what stays behind.',
  request: z.object({ cascade, partial: flag }),
  reply: z.object({
    cascade,
    release: releaseName,
    partial: z.boolean(),
    /** It would land as it is. */
    lands: z.boolean(),
    order: z.array(step.omit({ state: true }).extend({ there: z.boolean() })),
    findings: z.array(landingFinding),
    staying,
    stays: z.number().int(),
    adapters: z.array(z.string()),
    because: z.string(),
  }),
  http: { method: 'GET', path: '/api/v1/cascades/{cascade}/landing-plan' },
});

export const cascadeLand = command({
  owner: 'scheduler',
  name: 'cascade-land',
  about:
    'Lands what a cascade has validated: checked first, then all or nothing. With `partial` the largest set that can ' +
    'go; the rest is left to a cascade of its own.',
  request: z.object({ cascade, partial: z.boolean().default(false), why }),
  reply: done.extend({ landing: z.string() }),
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/land' },
  role: 'releng',
});

export const landingAbort = command({
  owner: 'scheduler',
  name: 'landing-abort',
  about:
    'Ends a landing that is under way: what of it is in the release already is taken out again, all of it. Refused when ' +
    'it has landed or shipped.',
  request: z.object({ cascade, why: z.string().min(1).max(1000) }),
  reply: done.extend({ landing: z.string() }),
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/land/abort' },
  role: 'releng',
});

export const revertPlan = ask({
  owner: 'scheduler',
  name: 'revert-plan',
  about: 'What would be taken back of a landed cascade, in which order, and who has built on it; changes nothing.',
  request: z.object({ cascade }),
  reply: z.object({
    cascade,
    release: releaseName,
    /** It would be taken back as it is, without `built_on`. */
    reverts: z.boolean(),
    order: z.array(step.omit({ state: true })),
    /** Builds made since that used it. */
    built_on: z.array(z.object({ component: componentIdSchema, nvr: z.string(), build: z.string() })),
    /** Where it has gone out to users; then it is never taken back. */
    shipped: z.array(z.string()),
    because: z.string(),
  }),
  http: { method: 'GET', path: '/api/v1/cascades/{cascade}/revert-plan' },
});

export const cascadeRevert = command({
  owner: 'scheduler',
  name: 'cascade-revert',
  about:
    'Takes a landed cascade back: its builds leave the release in reverse order. Refused when others have built on it, ' +
    'unless `built_on` says so, and when it has shipped.',
  request: z.object({ cascade, built_on: z.boolean().default(false), why: z.string().min(1).max(1000) }),
  reply: done.extend({ landing: z.string() }),
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/revert' },
  role: 'releng',
});
