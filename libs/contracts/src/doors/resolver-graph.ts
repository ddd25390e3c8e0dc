import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { ask } from './door';

const snapshot = z.string().max(300).optional();
const whole = z.coerce.number().int();
const page = { limit: whole.min(1).max(10_000).default(1000), offset: whole.nonnegative().default(0) };

export const graphOrder = ask({
  owner: 'resolver',
  name: 'order',
  about: 'A build order from zero: tiers, which needs are cut to open knots, and who is built twice.',
  request: z.object({ release: releaseName, snapshot, ...page }),
  reply: z.object({
    snapshot: z.string(),
    total: z.number().int(),
    tiers: z.number().int(),
    steps: z.array(
      z.object({
        component: z.string(),
        pass: z.number().int(),
        tier: z.number().int(),
        bootstrap: z.boolean(),
        needs: z.array(z.string()),
        because: z.string(),
      }),
    ),
    /** Needs that are ignored at first, and why; as far as the page goes. */
    cut: z.array(z.object({ component: z.string(), without: z.string(), because: z.string() })),
    /** Who is built twice: by a bootstrap recipe first, or without what was cut and then whole; as far as the page goes. */
    twice: z.array(z.string()),
    cuts: z.number().int(),
    twices: z.number().int(),
  }),
  http: { method: 'GET', path: '/api/v1/order' },
});

export const graphTiers = ask({
  owner: 'resolver',
  name: 'tiers',
  about: 'Tiers and knots of a whole release, knots collapsed.',
  request: z.object({ release: releaseName, snapshot, ...page }),
  reply: z.object({
    snapshot: z.string(),
    tiers: z.array(z.object({ tier: z.number().int(), components: z.number().int() })),
    /** The largest first, as far as the page goes. */
    knots: z.array(z.array(z.string())),
    total: z.number().int(),
  }),
  http: { method: 'GET', path: '/api/v1/tiers' },
});

export const graphPaths = ask({
  owner: 'resolver',
  name: 'paths',
  about: 'Chains of dependencies from one component to another, shortest first, with the capability on each edge.',
  request: z.object({
    release: releaseName,
    snapshot,
    from: componentIdSchema,
    to: componentIdSchema,
    most: z.coerce.number().int().min(1).max(100).default(1),
    /** Shorter ones that are left out. */
    offset: whole.min(0).max(1000).default(0),
  }),
  reply: z.object({
    snapshot: z.string(),
    paths: z.array(
      z.array(z.object({ component: z.string(), kind: z.enum(['build', 'runtime', 'contains']), via: z.string() })),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/paths' },
});

export const graphUnresolved = ask({
  owner: 'resolver',
  name: 'unresolved',
  about: 'Requirements that nothing satisfies, by kind, with hints.',
  request: z.object({ release: releaseName, snapshot, ...page }),
  reply: z.object({
    snapshot: z.string(),
    total: z.number().int(),
    unresolved: z.array(
      z.object({ component: z.string(), kind: z.string(), requirement: z.string(), hint: z.string() }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/unresolved' },
});

export const graphSearch = ask({
  owner: 'resolver',
  name: 'search',
  about: 'Components, packages and capabilities whose names hold a text; `*` and `?` are patterns.',
  request: z.object({ release: releaseName, snapshot, text: z.string().min(1).max(300), ...page }),
  reply: z.object({
    snapshot: z.string(),
    found: z.array(
      z.object({
        what: z.enum(['component', 'package', 'capability']),
        name: z.string(),
        by: z.array(z.string()),
        /** Architectures that it is there for. */
        arches: z.array(z.string()).optional(),
      }),
    ),
    total: z.number().int().optional(),
  }),
  http: { method: 'GET', path: '/api/v1/search' },
});

export const graphStats = ask({
  owner: 'resolver',
  name: 'stats',
  about: "Counts of a release's graph.",
  request: z.object({ release: releaseName, snapshot }),
  reply: z.object({ snapshot: z.string(), counts: z.record(z.string(), z.number()) }),
  http: { method: 'GET', path: '/api/v1/stats' },
});

const edge = z.object({ from: z.string(), to: z.string() });
const changes = z.object({ added: z.array(z.string()), removed: z.array(z.string()) });

export const graphDiff = ask({
  owner: 'resolver',
  name: 'diff',
  about: 'What differs between two snapshots, and which requirements nothing satisfies any more.',
  request: z.object({ release: releaseName, from: z.string().max(300), to: z.string().max(300).optional(), ...page }),
  reply: z.object({
    from: z.string(),
    to: z.string(),
    components: changes,
    changed: z.array(z.object({ component: z.string(), from: z.string(), to: z.string() })),
    capabilities: changes,
    /** Which capabilities are offered in other versions than before. */
    versions: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })).optional(),
    edges: z.object({ added: z.number().int(), removed: z.number().int() }),
    /** Which edges they are, as far as the page goes. */
    edge_changes: z.object({ added: z.array(edge), removed: z.array(edge) }).optional(),
    /** What would break: what nothing satisfies any more. */
    broken: z.array(z.object({ component: z.string(), kind: z.string(), requirement: z.string(), hint: z.string() })),
    /** How long each list is; the page is one of each. */
    totals: z.object({
      ...{ added: z.number().int(), removed: z.number().int(), changed: z.number().int() },
      ...{ capabilities_added: z.number().int(), capabilities_removed: z.number().int(), broken: z.number().int() },
      ...{ versions: z.number().int().optional() },
    }),
  }),
  http: { method: 'GET', path: '/api/v1/diff' },
});
