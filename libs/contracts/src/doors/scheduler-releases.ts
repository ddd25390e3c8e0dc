import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { releaseDefinition } from '../release-definition';
import { ask } from './door';
import { startsView } from './scheduler';

const mode = releaseDefinition.shape.mode;
const count = z.number().int().nonnegative();
const page = {
  /** Of each list. */
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  offset: z.coerce.number().int().nonnegative().default(0),
};

export const releaseCheck = ask({
  owner: 'scheduler',
  name: 'release-check',
  about:
    'What would come of applying a definition: whether the build systems, targets and tags that it names are there, ' +
    'and which builds would start now.',
  request: z.object({ definition: releaseDefinition }),
  reply: z.object({
    problems: z.array(
      z.object({
        /** Where in the definition. */
        path: z.array(z.union([z.string(), z.number()])),
        text: z.string(),
        remedy: z.string(),
      }),
    ),
    /** Build systems that could not be asked, and why. */
    unasked: z.array(z.object({ system: z.string(), because: z.string() })),
    /** The mode in force, null for a release that is not known yet, and the definition's. */
    mode: z.object({ before: mode.nullable(), after: mode }),
    /** null: it does not end the observing of its release. */
    starts: startsView.nullable(),
    /** Cascades that run on older revisions, and go on with the plans that they have. */
    running: z.array(z.object({ cascade: z.string(), revision: z.number().int() })),
  }),
  http: { method: 'POST', path: '/api/v1/release-check' },
});

const planned = z.object({
  component: componentIdSchema,
  /** Of the plan that foresaw it: its cascade, when it was made, and its tier there. */
  plan: z.string(),
  plannedAt: z.string(),
  tier: count,
  /** Its place in the order in which everything would have been built; from 1. */
  order: count,
  because: z.string(),
  /** The build that people made after the plan; null: none. */
  nvr: z.string().nullable(),
});

const made = z.object({
  component: componentIdSchema,
  build: z.string(),
  nvr: z.string(),
  by: z.string(),
  endedAt: z.string(),
  /** Its place in the order in which people built; from 1. */
  order: count,
  state: z.enum(['complete', 'failed', 'cancelled']),
});

export const shadow = ask({
  owner: 'scheduler',
  name: 'shadow',
  about:
    'What people did in a release since a time, what Millrace would have done, in which order, and what it would have ' +
    'caught or missed.',
  request: z.object({
    release: releaseName,
    since: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }).optional(),
    ...page,
  }),
  reply: z.object({
    release: releaseName,
    since: z.string(),
    until: z.string(),
    mode,
    /** Whole numbers, whatever part of the lists is told. */
    counts: z.object({
      people: count,
      failed: count,
      planned: count,
      both: count,
      forgotten: count,
      wrong_order: count,
      missed: count,
      changes: count,
      /** Planned too, and built by Millrace itself: no part of the comparison. */
      own: count.optional(),
    }),
    /** Builds that people made, in their order. */
    people: z.array(made),
    /** What would have been built, in its order. */
    planned: z.array(planned),
    /** Caught: planned, and nobody has built it. */
    forgotten: z.array(planned),
    /** Caught: built before something that it needs, or while that was being built. */
    wrong_order: z.array(
      z.object({
        component: componentIdSchema,
        nvr: z.string(),
        needs: componentIdSchema,
        needsNvr: z.string(),
        plan: z.string(),
      }),
    ),
    /** Missed: people built it, and no plan foresaw it. */
    missed: z.array(made.extend({ because: z.string() })),
    /** More was stored than is looked at: a later time says all. */
    truncated: z.boolean(),
  }),
  http: { method: 'GET', path: '/api/v1/releases/{release}/shadow' },
});
