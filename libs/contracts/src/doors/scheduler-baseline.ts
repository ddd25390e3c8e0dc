import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema, sourceRef } from '../contents';
import { done } from './common';
import { ask, command } from './door';

const count = z.number().int().nonnegative();
const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  offset: z.coerce.number().int().nonnegative().default(0),
};

export const debtKinds = ['broken', 'failing', 'stale'] as const;

export const debt = ask({
  owner: 'scheduler',
  name: 'debt',
  about:
    'What was stale, failing or broken in a release when Millrace first saw it: never rebuilt unasked. By component.',
  request: z.object({
    release: releaseName,
    kind: z.enum(debtKinds).optional(),
    /** Debt that is still owed, that is settled, or both. */
    state: z.enum(['open', 'settled', 'all']).default('open'),
    ...page,
  }),
  reply: z.object({
    release: releaseName,
    /** The first snapshot of its graph; null: none has come yet. */
    snapshot: z.string().nullable(),
    /** What is owed still, whatever part of the list is told. */
    counts: z.object({ broken: count, failing: count, stale: count }),
    debts: z.array(
      z.object({
        component: componentIdSchema,
        kind: z.enum(debtKinds),
        because: z.string(),
        since: z.string(),
        settledAt: z.string().nullable(),
        settledBy: z.string().nullable(),
        /** Who answers for it: owners of the definition, else of the build system. */
        owners: z.array(z.string()),
      }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/releases/{release}/debt' },
});

export const releaseAdopt = command({
  owner: 'scheduler',
  name: 'release-adopt',
  about:
    'Imports what the build systems have of a release into its baseline: tags, last builds and their inputs, owners, ' +
    'durations. Only reads there, and starts nothing.',
  request: z.object({
    release: releaseName,
    why: z.string().max(1000).default(''),
    /** What each build was built with: a few questions for each. */
    inputs: z.boolean().default(true),
  }),
  reply: done,
  http: { method: 'POST', path: '/admin/v1/releases/{release}/adopt' },
  role: 'releng',
});

export const adoption = ask({
  owner: 'scheduler',
  name: 'adoption',
  about: 'How far the import of what is there has got.',
  request: z.object({ release: releaseName }),
  reply: z.object({
    release: releaseName,
    state: z.enum(['none', 'running', 'done', 'failed']),
    by: z.string().nullable(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    /** What hinders it now, or ended it. */
    problem: z.string().nullable(),
    /** Builds imported, and components that there are in all. */
    builds: count,
    total: count,
    owners: count,
    durations: count,
    systems: z.array(
      z.object({
        system: z.string(),
        done: z.boolean(),
        builds: count,
        total: count,
        pages: count,
        /** Tags, or the address of a repository. */
        places: z.array(z.string()),
      }),
    ),
    debt: z.object({ broken: count, failing: count, stale: count }),
  }),
  http: { method: 'GET', path: '/api/v1/releases/{release}/adoption' },
});

export const adoptedBuilds = ask({
  owner: 'scheduler',
  name: 'adopted-builds',
  about: 'The builds that a release had when it was adopted, by component.',
  request: z.object({
    release: releaseName,
    component: componentIdSchema.optional(),
    after: z.string().optional(),
    limit: page.limit,
  }),
  reply: z.object({
    builds: z.array(
      z.object({
        component: componentIdSchema,
        system: z.string(),
        build: z.string(),
        nvr: z.string(),
        owner: z.string().nullable(),
        builtBy: z.string().nullable(),
        completedAt: z.string().nullable(),
        durationMs: z.number().nullable(),
        source: sourceRef.nullable(),
        inputs: z.array(z.string()).nullable(),
      }),
    ),
    /** The next page is after this component; null: there is none. */
    next: componentIdSchema.nullable(),
  }),
  http: { method: 'GET', path: '/api/v1/releases/{release}/adopted' },
});
