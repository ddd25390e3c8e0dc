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
  reply: done,
  http: { method: 'POST', path: '/admin/v1/releases/{release}/hold' },
  role: 'releng',
});

export const releaseResume = command({
  owner: 'scheduler',
  name: 'release-resume',
  about: 'Lets a held release, or a component of it, go on.',
  request: z.object({ release: releaseName, component: component.optional(), why }),
  reply: done,
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

export const cascadeAdd = command({
  owner: 'scheduler',
  name: 'cascade-add',
  about: 'Adds a component to a running cascade: its plan grows. Without a commit the head of its source is built.',
  request: z.object({ cascade, component, commit: z.string().max(64).optional(), why }),
  reply: done,
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/add' },
  role: 'releng',
});

export const cascadeRemove = command({
  owner: 'scheduler',
  name: 'cascade-remove',
  about: 'Takes a component that has not started out of a cascade: what needs it goes on with its old build.',
  request: z.object({ cascade, component, why }),
  reply: done,
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/remove' },
  role: 'releng',
});

export const cascadeRaise = command({
  owner: 'scheduler',
  name: 'cascade-raise',
  about: 'Lets a component run before the others of its cascade, or a cascade before the others; below 0: after them.',
  request: z.object({
    cascade,
    component: component.optional(),
    priority: z.coerce.number().int().min(-100).max(100).default(50),
    why,
  }),
  reply: done,
  http: { method: 'POST', path: '/admin/v1/cascades/{cascade}/raise' },
  role: 'releng',
});
