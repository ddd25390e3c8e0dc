import { z } from 'zod';
import { buildStates, cascadeStates, rebuildCounts, rebuildStates, releaseName } from '../common';
import { componentIdSchema, contents, evidence, sourceRef } from '../contents';
import { releaseDefinition } from '../release-definition';
import { done } from './common';
import { ask, command } from './door';

const why = z.string().max(1000).default('');
const repository = z.object({ number: z.number().int(), address: z.string(), place: z.string() });

/** Builds of plans that were made while a release only observed. */
export const startsView = z.object({
  builds: z.number().int().nonnegative(),
  plans: z.number().int().nonnegative(),
  /** Some of the components. */
  components: z.array(componentIdSchema),
});

export const releaseView = z.object({
  name: releaseName,
  revision: z.number().int(),
  digest: z.string(),
  definition: releaseDefinition,
  by: z.string(),
  at: z.string(),
});

export const releases = ask({
  owner: 'scheduler',
  name: 'releases',
  about: 'Release definitions, whole, the newest revision of each; one when it is named.',
  request: z.object({ name: releaseName.optional() }),
  reply: z.object({ releases: z.array(releaseView) }),
  http: { method: 'GET', path: '/api/v1/releases' },
});

export const releaseHistory = ask({
  owner: 'scheduler',
  name: 'release-history',
  about: 'Every revision of a release definition, newest first.',
  request: z.object({ name: releaseName }),
  reply: z.object({ revisions: z.array(releaseView) }),
  http: { method: 'GET', path: '/api/v1/releases/{name}/history' },
});

export const releaseApply = command({
  owner: 'scheduler',
  name: 'release-apply',
  about:
    'Makes a release definition the current one. Equal definitions make no new revision. Where a release ends to ' +
    '`observe` and builds would start, `confirm` must name their number, or be `any`.',
  request: z.object({
    definition: releaseDefinition,
    why,
    confirm: z.union([z.number().int().nonnegative(), z.literal('any')]).optional(),
  }),
  reply: z.object({
    name: releaseName,
    revision: z.number().int(),
    changed: z.boolean(),
    mode: releaseDefinition.shape.mode.optional(),
    /** What was planned while it only observed, and starts now. */
    starts: startsView.optional(),
    /** Cascades that go on with the plans that they have. */
    running: z.array(z.string()).optional(),
  }),
  http: { method: 'POST', path: '/admin/v1/releases' },
  role: 'releng',
});

export const changeReport = command({
  owner: 'scheduler',
  name: 'change-report',
  about: 'Says that components changed. Without a source the head of their git repository is taken.',
  request: z.object({
    release: releaseName,
    components: z
      .array(z.object({ component: componentIdSchema, commit: z.string().optional() }))
      .min(1)
      .max(1000),
    urgency: z.enum(['security', 'normal', 'background']).default('normal'),
    why,
  }),
  reply: z.object({
    change: z.string(),
    outcome: z.enum(['cascade', 'waits', 'ignored']),
    cascade: z.string().nullable(),
    because: z.string(),
  }),
  http: { method: 'POST', path: '/admin/v1/changes' },
  role: 'maintainer',
});

export const rebuildView = z.object({
  component: componentIdSchema,
  generation: z.number().int(),
  pass: z.number().int(),
  tier: z.number().int(),
  state: z.enum(rebuildStates),
  held: z.boolean(),
  bootstrap: z.boolean(),
  attempt: z.number().int(),
  needs: z.array(componentIdSchema),
  /** Needs that are not released yet. */
  waitsFor: z.array(componentIdSchema),
  build: z.string().nullable(),
  nvr: z.string().nullable(),
  origin: z.enum(['cascade', 'hand']).nullable(),
  resumed: z.boolean(),
  because: z.string(),
  evidence: evidence.nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Its build, or one that it was built on, was taken away, or its verdict turned: of these components. */
  doubtful: z.boolean().optional(),
  doubts: z.array(componentIdSchema).optional(),
  /** The passed verdict that let its dependants start. */
  passed: z.object({ revision: z.number().int(), at: z.string() }).nullable().optional(),
});

export const cascadeView = z.object({
  cascade: z.string(),
  release: releaseName,
  state: z.enum(cascadeStates),
  roots: z.array(componentIdSchema),
  why: z.string(),
  by: z.string(),
  plan: z.number().int(),
  tiers: z.number().int(),
  counts: rebuildCounts,
  scope: z.string(),
  pace: z.string(),
  snapshot: z.string().nullable(),
  /** Revision of the release definition that it was planned with. */
  definitionRevision: z.number().int().optional(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  landed: z.boolean(),
  repository: repository.nullable(),
  /** Gates of its tiers, and of all of it, that are due: see `scope` of a release's gates. */
  gates: z
    .array(
      z.object({
        scope: z.enum(['tier', 'cascade']),
        tier: z.number().int().nullable(),
        /** Id of the group's content; null: its builds are being gathered. */
        subject: z.string().nullable(),
        builds: z.number().int(),
        decision: z.enum(['pending', 'passed', 'failed', 'unknown']),
        because: z.string(),
      }),
    )
    .optional(),
});

export const cascades = ask({
  owner: 'scheduler',
  name: 'cascades',
  about: 'Cascades, newest first.',
  request: z.object({
    release: releaseName.optional(),
    state: z.enum(cascadeStates).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  reply: z.object({ cascades: z.array(cascadeView) }),
  http: { method: 'GET', path: '/api/v1/cascades' },
});

export const cascade = ask({
  owner: 'scheduler',
  name: 'cascade',
  about: 'One cascade with its rebuilds, by tier: a page of them, where there are very many.',
  request: z.object({
    cascade: z.string(),
    /** Rebuilds of this page. */
    limit: z.coerce.number().int().min(0).max(5000).default(5000),
    /** `next` of the page before. */
    after: z.string().max(700).optional(),
  }),
  reply: cascadeView.extend({
    rebuilds: z.array(rebuildView),
    /** Where the next page begins; null: this is the last one. */
    next: z.string().nullable().optional(),
    /** Revision of the release definition that is in force now: a newer one applies to new plans. */
    currentRevision: z.number().int().optional(),
  }),
  http: { method: 'GET', path: '/api/v1/cascades/{cascade}' },
});

export const explain = ask({
  owner: 'scheduler',
  name: 'explain',
  about:
    'Why a rebuild is where it is: why it is in the plan, what it waits for, what would free it. Of a cascade: what it ' +
    'waits for, when it is expected to end, its critical path and what it cost so far.',
  request: z.object({ cascade: z.string(), component: componentIdSchema.optional() }),
  reply: z.object({
    lines: z.array(z.string()),
    /** When it is expected to be validated, a cascade to be complete; null: a person must act first, or it is over. */
    expectedFinish: z.string().nullable().optional(),
    /** For whom it waits; of a cascade: what is under way or must be mended. */
    waitsFor: z
      .array(
        z.object({
          component: componentIdSchema,
          state: z.enum(rebuildStates),
          because: z.string(),
          since: z.string().nullable(),
          expected: z.string().nullable(),
        }),
      )
      .optional(),
    /** From a changed component to this one, each with why it is in the plan. */
    path: z.array(z.object({ component: componentIdSchema, because: z.string() })).optional(),
    /** What its needs offer now, where it was left out or passed over. */
    compared: z
      .array(z.object({ component: componentIdSchema, state: z.enum(rebuildStates), nvr: z.string().nullable() }))
      .optional(),
    /** Its needs of this cascade, and whether its build root really had their new builds. */
    builtAgainst: z
      .array(
        z.object({
          component: componentIdSchema,
          nvr: z.string().nullable(),
          proven: z.enum(['yes', 'no', 'not-used', 'unknown']),
          used: z.array(z.string()),
        }),
      )
      .optional(),
    /** The commands that would free it. */
    unblock: z.array(z.string()).optional(),
    criticalPath: z.array(componentIdSchema).optional(),
    builderHours: z.number().nonnegative().optional(),
    /** Builder hours that are still expected. */
    builderHoursLeft: z.number().nonnegative().optional(),
  }),
  http: { method: 'GET', path: '/api/v1/cascades/{cascade}/explain' },
});

export const buildView = z.object({
  build: z.string(),
  release: releaseName,
  component: componentIdSchema,
  cascade: z.string().nullable(),
  origin: z.enum(['cascade', 'hand']),
  standing: z.enum(['own', 'adopted', 'seen']),
  because: z.string(),
  state: z.enum(buildStates),
  nvr: z.string().nullable(),
  attempt: z.number().int(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  evidence: evidence.nullable(),
});

export const builds = ask({
  owner: 'scheduler',
  name: 'builds',
  about: 'Builds, newest first.',
  request: z.object({
    release: releaseName.optional(),
    component: componentIdSchema.optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(50),
  }),
  reply: z.object({ builds: z.array(buildView) }),
  http: { method: 'GET', path: '/api/v1/builds' },
});

export const build = ask({
  owner: 'scheduler',
  name: 'build',
  about: 'One build.',
  request: z.object({ build: z.string() }),
  reply: buildView,
  http: { method: 'GET', path: '/api/v1/builds/{build}' },
});

export const contentsDoor = ask({
  owner: 'scheduler',
  name: 'contents',
  about: 'The contents of a build by their digest.',
  request: z.object({ digest: z.string() }),
  reply: contents,
  http: { method: 'GET', path: '/api/v1/contents/{digest}' },
});

export const validated = ask({
  owner: 'scheduler',
  name: 'validated',
  about: 'The newest validated build of each component of a release, and the repository that holds them.',
  request: z.object({ release: releaseName }),
  reply: z.object({
    release: releaseName,
    repository,
    builds: z.array(
      z.object({
        component: componentIdSchema,
        build: z.string(),
        nvr: z.string(),
        contents: z.string(),
        cascade: z.string().nullable(),
      }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/validated' },
});

export const buildAdopt = command({
  owner: 'scheduler',
  name: 'build-adopt',
  about: 'Takes a build made by hand into a cascade although its inputs do not prove that it belongs there.',
  request: z.object({ build: z.string(), cascade: z.string(), why }),
  reply: done,
  http: { method: 'POST', path: '/admin/v1/builds/{build}/adopt' },
  role: 'releng',
});

/** Where a component's source is now; the CLI and the demo need not know the build system for it. */
export const sourceHead = ask({
  owner: 'scheduler',
  name: 'source-head',
  about: "The head of a component's source.",
  request: z.object({ release: releaseName, component: componentIdSchema }),
  reply: z.object({ source: sourceRef }),
  http: { method: 'GET', path: '/api/v1/source-head' },
});
