import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { done } from './common';
import { ask, command } from './door';

const why = z.string().max(1000).default('');
const cascade = z.string();
const component = componentIdSchema;
const tier = z.coerce.number().int().min(0).max(100_000);
/** It ends by itself then. */
const until = z.iso.datetime({ offset: true }).optional();

/** What became of each thing that an act was about, where it was about several; at most 2000 are listed. */
export const actsDone = done.extend({
  acts: z
    .array(
      z.object({
        cascade: z.string(),
        /** null: the whole cascade. */
        component: component.nullable(),
        done: z.boolean(),
        text: z.string(),
        /** Why it was not done, as a refusal's code, and what to do. */
        code: z.string().optional(),
        remedy: z.string().optional(),
      }),
    )
    .max(2000)
    .optional(),
});

export const cascadeHold = command({
  owner: 'scheduler',
  name: 'cascade-hold',
  about: 'Starts nothing new in a cascade, or one rebuild or one tier of it, until it is resumed or the hold ends.',
  request: z.object({ cascade, component: component.optional(), tier: tier.optional(), until, why }),
  reply: done,
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/hold' },
  role: 'maintainer',
});

export const cascadeResume = command({
  owner: 'scheduler',
  name: 'cascade-resume',
  about: 'Lets a held cascade, or one rebuild or one tier of it, go on.',
  request: z.object({ cascade, component: component.optional(), tier: tier.optional(), why }),
  reply: done,
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/resume' },
  role: 'maintainer',
});

export const releaseHold = command({
  owner: 'scheduler',
  name: 'release-hold',
  about: 'Starts nothing new in a release, or no rebuild of one component in any cascade of it, until it is resumed.',
  request: z.object({ release: releaseName, component: component.optional(), until, why }),
  reply: actsDone,
  http: { method: 'POST', path: '/admin/v1/releases/{release}/hold' },
  role: 'releng',
});

export const releaseResume = command({
  owner: 'scheduler',
  name: 'release-resume',
  about: 'Lets a held release, or a component of it, go on.',
  request: z.object({ release: releaseName, component: component.optional(), why }),
  reply: actsDone,
  http: { method: 'POST', path: '/admin/v1/releases/{release}/resume' },
  role: 'releng',
});

export const holds = ask({
  owner: 'scheduler',
  name: 'holds',
  about: 'What people hold now: releases, components, cascades, tiers and rebuilds, with who, why and until when.',
  request: z.object({ release: releaseName.optional() }),
  reply: z.object({
    holds: z.array(
      z.object({
        release: releaseName,
        cascade: z.string().nullable(),
        tier: z.number().int().nullable(),
        component: component.nullable(),
        by: z.string(),
        why: z.string(),
        at: z.string(),
        until: z.string().nullable(),
      }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/holds' },
});
