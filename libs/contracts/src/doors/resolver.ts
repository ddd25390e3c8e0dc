import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { ask, command } from './door';

/** Which part of a list is told; `snapshot` is one by id or name, absent: the newest. */
const page = {
  snapshot: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100_000).default(10_000),
  offset: z.coerce.number().int().nonnegative().default(0),
};

/** The same where everything is told when no limit is given. */
const part = { limit: page.limit.unwrap().optional(), offset: page.offset };

export const dependencyKinds = ['build', 'runtime', 'contains'] as const;

const leftOut = z.array(z.object({ id: z.string(), because: z.string() }));

/** One planned rebuild as the resolver sees it. */
export const impactRebuild = z.object({
  component: componentIdSchema,
  /** 1, or 1 and 2 for the members of a knot that are built in two passes: pass 1 is the bootstrap. */
  pass: z.number().int().positive(),
  tier: z.number().int().nonnegative(),
  bootstrap: z.boolean(),
  /** The fewest needs (transitive reduction) inside this set. */
  needs: z.array(z.object({ component: componentIdSchema, pass: z.number().int().positive() })),
  because: z.string().max(500),
});
export type ImpactRebuild = z.infer<typeof impactRebuild>;

export const impact = ask({
  owner: 'resolver',
  name: 'impact',
  about:
    'Orders a set of components into rebuilds with tiers, passes and needs (the transitive reduction over the build-chroot closure). ' +
    'With `preview` it adds what a change of the members would likely, and at most, pull in.',
  request: z.object({
    release: releaseName,
    /** A snapshot id; absent: the newest. */
    snapshot: z.string().optional(),
    /** Components to rebuild; `all`: every component of the release that can be built. */
    members: z.union([z.array(componentIdSchema).max(100_000), z.literal('all')]),
    /** Lay the validated builds of this cascade over the snapshot first. */
    overlay: z.object({ cascade: z.string(), revision: z.number().int() }).nullable().default(null),
    preview: z.boolean().default(false),
    ...part,
  }),
  reply: z.object({
    snapshot: z.string(),
    /** As far as the page goes. */
    rebuilds: z.array(impactRebuild),
    /** How many rebuilds there are. */
    total: z.number().int().optional(),
    knots: z.array(z.array(componentIdSchema)),
    tiers: z.number().int(),
    /** Members that the snapshot does not know, with a hint each. */
    unknown: z.array(z.object({ component: z.string(), hint: z.string() })),
    likely: z.array(componentIdSchema),
    atMost: z.array(componentIdSchema),
    /** Module streams that the release's policy keeps out, and why. */
    left_out: leftOut.optional(),
  }),
  http: { method: 'POST', path: '/api/v1/impact' },
});

export const compare = ask({
  owner: 'resolver',
  name: 'compare',
  about:
    'Compares a new build with what it replaces: who lost a requirement, and which components must therefore be rebuilt. ' +
    'Refused as `overlay-behind` (unavailable: ask again) until the overlay revision has been seen.',
  request: z.object({
    release: releaseName,
    snapshot: z.string(),
    overlay: z.object({ cascade: z.string(), revision: z.number().int().nonnegative() }),
    component: componentIdSchema,
    scope: z.enum(['capability', 'direct']),
    /** Digest of the new build's contents; the resolver fetches them from the scheduler. */
    contents: z.string(),
    /** A first pass by a bootstrap recipe replaces nothing: it takes nothing from anybody. */
    bootstrap: z.boolean().default(false),
  }),
  reply: z.object({
    snapshot: z.string().optional(),
    lost: z.array(
      z.object({
        dependant: componentIdSchema,
        requirement: z.string(),
        kind: z.enum(['run', 'build', 'moved', 'embedding']),
      }),
    ),
    unneeded: z.array(componentIdSchema),
    added: z.array(z.object({ component: componentIdSchema, because: z.string().max(500) })),
    /** Module streams that the release's policy keeps out, and why. */
    left_out: leftOut.optional(),
    /**
     * What its packages require to be installed, and the snapshot satisfied, and does no longer with the builds of the
     * cascade in place of what they replace; the first hundred. What the graph never had is not counted. Left out where
     * nobody looked.
     */
    unmet: z.array(z.string().max(1000)).max(100).optional(),
  }),
  http: { method: 'POST', path: '/api/v1/compare' },
});

const neighbour = z.object({
  component: componentIdSchema,
  kind: z.enum(dependencyKinds),
  via: z.string(),
  distance: z.number().int(),
});

export const dependants = ask({
  owner: 'resolver',
  name: 'dependants',
  about: 'Who depends on a component (or, with direction=dependencies, what it depends on).',
  request: z.object({
    release: releaseName,
    component: componentIdSchema,
    direction: z.enum(['dependants', 'dependencies']).default('dependants'),
    kind: z.enum([...dependencyKinds, 'any']).default('any'),
    depth: z.coerce.number().int().min(1).max(100).default(1),
    ...page,
  }),
  reply: z.object({
    snapshot: z.string(),
    component: componentIdSchema,
    /** The nearest first, as far as the page goes. */
    found: z.array(neighbour),
    total: z.number().int(),
  }),
  http: { method: 'GET', path: '/api/v1/dependants' },
});

const { direction: _, ...oneWay } = dependants.request.shape;

export const dependencies = ask({
  owner: 'resolver',
  name: 'dependencies',
  about: 'What a component depends on: `dependants` in the other direction.',
  request: z.object(oneWay),
  reply: dependants.reply,
  http: { method: 'GET', path: '/api/v1/dependencies' },
});

export const path = ask({
  owner: 'resolver',
  name: 'path',
  about: 'A shortest chain of dependencies from one component to another; empty when there is none.',
  request: z.object({
    release: releaseName,
    snapshot: page.snapshot,
    from: componentIdSchema,
    to: componentIdSchema,
  }),
  reply: z.object({ snapshot: z.string(), path: z.array(neighbour) }),
  http: { method: 'GET', path: '/api/v1/path' },
});

export const knotsDoor = ask({
  owner: 'resolver',
  name: 'knots',
  about: 'Dependency cycles among the components of a release.',
  request: z.object({ release: releaseName, ...page }),
  reply: z.object({
    snapshot: z.string(),
    knots: z.array(z.array(componentIdSchema)),
    total: z.number().int(),
  }),
  http: { method: 'GET', path: '/api/v1/knots' },
});

export const graph = ask({
  owner: 'resolver',
  name: 'graph',
  about: "A release's snapshot, the newest or a named one: components, counts, what is unresolved.",
  request: z.object({ release: releaseName, snapshot: page.snapshot, ...part }),
  reply: z.object({
    release: releaseName,
    snapshot: z.string().nullable(),
    digest: z.string().nullable(),
    at: z.string().nullable(),
    because: z.string(),
    components: z.array(z.object({ component: componentIdSchema, external: z.boolean(), nvr: z.string().nullable() })),
    dependencies: z.number().int(),
    unresolved: z.array(z.object({ component: componentIdSchema, requirement: z.string(), hint: z.string() })),
    /** How long the lists are; a page is one of each. */
    totals: z.object({ components: z.number().int(), unresolved: z.number().int() }).optional(),
    importing: z.boolean(),
    /** What stopped the last import; null when it went well. */
    problem: z.string().nullable(),
  }),
  http: { method: 'GET', path: '/api/v1/graph' },
});

export const graphImport = command({
  owner: 'resolver',
  name: 'graph-import',
  about: "Imports a release's graph again from its sources; unchanged input makes no new snapshot.",
  request: z.object({ release: releaseName }),
  reply: z.object({ accepted: z.boolean(), text: z.string() }),
  http: { method: 'POST', path: '/admin/v1/graph/import' },
  role: 'releng',
});
