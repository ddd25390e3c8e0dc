import { z } from 'zod';
import { rebuildStates } from '../common';
import { componentIdSchema } from '../contents';
import { ask } from './door';
import { rebuildView } from './scheduler';

export const rebuilds = ask({
  owner: 'scheduler',
  name: 'rebuilds',
  about: 'Rebuilds of a cascade, by tier: all, of a component, of a tier, in some states, or what has changed lately.',
  request: z.object({
    cascade: z.string(),
    component: componentIdSchema.optional(),
    tier: z.coerce.number().int().min(0).optional(),
    /** One state, or several with commas between. */
    state: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(rebuildStates)).max(rebuildStates.length))
      .optional(),
    /** What was written since then; `at` of an answer is where the next one goes on. */
    since: z.iso.datetime({ offset: true }).optional(),
    limit: z.coerce.number().int().min(1).max(5000).default(500),
    /** `next` of the page before. */
    after: z.string().max(700).optional(),
  }),
  reply: z.object({
    rebuilds: z.array(rebuildView),
    next: z.string().nullable(),
    /** What is committed later is not in this answer. */
    at: z.string(),
  }),
  http: { method: 'GET', path: '/api/v1/cascades/{cascade}/rebuilds' },
});
