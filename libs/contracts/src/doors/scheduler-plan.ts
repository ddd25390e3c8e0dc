import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { nvrForeseen } from '../nvr-foreseen';
import { setFields } from '../sets';
import { urgencies } from '../triggers';
import { ask, command } from './door';
import { scopeNames } from './resolver-reach';

/** What a plan takes by the durations learned so far; gates and repositories take no time here. */
const outlook = {
  rebuilds: z.number().int(),
  tiers: z.number().int(),
  knots: z.number().int(),
  /** Hours of builders. */
  builderHours: z.number(),
  /**
   * Hours from the start to the end of all, with the builds at one time that the release and its systems allow; quiet
   * hours in between included.
   */
  expectedHours: z.number(),
  /** When it would end if it started now, or as soon as a freeze of changes lets it. */
  expectedFinish: z.string(),
  /** When a freeze lets it start; left out: none keeps it. */
  expectedStart: z.string().optional(),
  /** When a freeze that holds at its end lets it land; left out: none keeps it. */
  expectedLanding: z.string().optional(),
  /** Hours in which quiet hours keep it from starting builds; left out: there are none. */
  quietHours: z.number().optional(),
  /** Hours of the longest chain: it takes no less, however many builders there are. */
  criticalHours: z.number(),
  /** Components of the longest chain, the first to be built first; at most 200. */
  criticalPath: z.array(componentIdSchema),
  /** Share of the rebuilds whose duration was learned from builds of their own. */
  learned: z.number(),
};

export const cascadePlan = ask({
  owner: 'scheduler',
  name: 'cascade-plan',
  about:
    'A dry run: what a cascade would rebuild, in which order, how long it takes, and how far a change goes in each scope. ' +
    'Nothing is stored.',
  request: z.object({
    release: releaseName,
    ...setFields,
    /** Scopes to show side by side; with `all` or a query there is none. */
    scopes: z
      .array(z.enum(scopeNames))
      .max(4)
      .default([...scopeNames]),
  }),
  reply: z.object({
    snapshot: z.string(),
    tiers: z.number().int(),
    knots: z.array(z.array(componentIdSchema)),
    rebuilds: z.array(
      z.object({
        component: componentIdSchema,
        pass: z.number().int(),
        tier: z.number().int(),
        needs: z.array(componentIdSchema),
        because: z.string(),
        /** How it will be called; of the first 200 components. */
        nvr: nvrForeseen.optional(),
      }),
    ),
    likely: z.array(componentIdSchema),
    atMost: z.array(componentIdSchema),
    /** Of the rebuilds above. */
    outlook: z.object(outlook),
    /** The named components, and all that a change of them reaches in a scope. */
    scopes: z.array(z.object({ scope: z.enum(scopeNames), chosen: z.boolean(), ...outlook })),
    /** How much of each budget of the release it takes, beside what cascades have taken. */
    budget: z
      .array(
        z.object({
          of: z.enum(['cascade', 'release', 'sender']),
          by: z.string().nullable(),
          what: z.enum(['builder_hours', 'disk']),
          /** Hours of builders, or bytes; so are `others` and `foreseen`. */
          limit: z.number(),
          others: z.number(),
          foreseen: z.number(),
          /** The time within which cascades are counted; null: this one alone. */
          per: z.string().nullable(),
          over: z.boolean(),
          text: z.string(),
        }),
      )
      .optional(),
    /** Left out of the set, with the reasons; at most 1000 are told. */
    done: z.array(z.object({ component: componentIdSchema, because: z.string() })).optional(),
    /** How many are left out. */
    done_count: z.number().int().optional(),
  }),
  http: { method: 'POST', path: '/api/v1/plans' },
});

export const nvrs = ask({
  owner: 'scheduler',
  name: 'nvrs',
  about:
    'How rebuilds will be called, and what would stop them: of the components of a release, or of what a cascade has ' +
    'not submitted yet. Their sources are asked now; nothing is stored. At most 200 are answered.',
  request: z.object({
    release: releaseName.optional(),
    components: z.array(componentIdSchema).max(200).default([]),
    cascade: z.string().max(200).optional(),
  }),
  reply: z.object({
    nvrs: z.array(nvrForeseen.extend({ component: componentIdSchema })),
    /** Components that were not looked at, since there are too many. */
    left: z.number().int(),
  }),
  http: { method: 'POST', path: '/api/v1/nvrs' },
});

export const cascadeStart = command({
  owner: 'scheduler',
  name: 'cascade-start',
  about:
    'Starts a cascade of a set of components: a list, a query, or every one of the release (a mass rebuild: `all`).',
  request: z.object({
    release: releaseName,
    ...setFields,
    /** By default `background` for all components or a query, else `normal`. */
    urgency: z.enum(urgencies).optional(),
    /** The number of rebuilds that whoever asks has seen: with another number nothing starts. */
    confirm: z.number().int().nonnegative().optional(),
    /** Rebuilds that start at once without `confirm`, where the release acts by itself; absent: any number. */
    unconfirmed: z.number().int().nonnegative().optional(),
    why: z.string().max(1000).default(''),
  }),
  reply: z.object({ cascade: z.string().nullable(), change: z.string(), because: z.string() }),
  http: { method: 'POST', path: '/admin/v1/cascades' },
  role: 'releng',
});
