import { z } from 'zod';
import { rebuildKey, releaseName, subject, who } from '../common';
import { componentIdSchema, evidence } from '../contents';
import { defineEvent } from '../define-event';

const link = (d: { cascade: string; component: string }): string =>
  `/api/v1/cascades/${encodeURIComponent(d.cascade)}/rebuilds?component=${encodeURIComponent(d.component)}`;
const key = { cascade: 'c-1', component: 'rpm/libmill', generation: 1, pass: 1 };
const place = z.object({ number: z.number().int(), address: z.string(), place: z.string() });

export const rebuildStarted = defineEvent({
  owner: 'scheduler',
  entity: 'rebuild',
  happened: 'started',
  about: 'A rebuild was submitted to its build system: once per attempt.',
  data: rebuildKey.extend({
    release: releaseName,
    build: z.string(),
    attempt: z.number().int().positive(),
    tier: z.number().int(),
    needs: z.array(componentIdSchema),
  }),
  summary: (d) => `${d.component} is being rebuilt (attempt ${d.attempt})`,
  link: (d) => link(d),
  concerns: (d) => ({ components: [d.component], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libmill',
    data: { ...key, release: 'minidistro', build: 'b-2', attempt: 1, tier: 1, needs: ['rpm/libstone'] },
  },
});

export const rebuildValidated = defineEvent({
  owner: 'scheduler',
  entity: 'rebuild',
  happened: 'validated',
  about: 'A rebuild is built and its gate has passed: dependants may start, artifacts may be harvested.',
  data: rebuildKey.extend({
    release: releaseName,
    build: z.string(),
    nvr: z.string(),
    origin: z.enum(['cascade', 'hand']),
    bootstrap: z.boolean(),
    /** Digest of the build's contents, to be had by `millrace.scheduler.ask.contents.v1`. */
    contents: z.string(),
    repository: place,
    /** The overlay revision: validated builds of this cascade so far, this one included. */
    overlay: z.number().int().positive(),
    resumed: z.boolean(),
  }),
  summary: (d) => `${d.component} is validated as ${d.nvr}${d.origin === 'hand' ? ' (built by hand)' : ''}`,
  link: (d) => link(d),
  concerns: (d) => ({ components: [d.component], people: [], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libmill',
    data: {
      ...key,
      release: 'minidistro',
      build: 'b-2',
      nvr: 'libmill-1.0-1.mr2',
      origin: 'cascade',
      bootstrap: false,
      contents: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      repository: { number: 3, address: 'file:///srv/millrace/releases/minidistro/sides/c-1/3', place: 'c-1' },
      overlay: 3,
      resumed: false,
    },
  },
});

/** What everybody who hears of a failure needs, so that nobody must look anything up. */
const failure = rebuildKey.extend({
  release: releaseName,
  build: z.string(),
  nvr: z.string().nullable(),
  attempt: z.number().int().positive(),
  evidence,
  cause: z.object({ component: componentIdSchema, signature: z.string() }),
  regression: z.enum(['yes', 'no', 'unknown']),
  /** Rebuilds that wait for this one, directly or not; at most 200 names, `waiting_count` is the whole number. */
  waiting: z.array(componentIdSchema).max(200),
  waiting_count: z.number().int(),
  /** The exact commands that free it. */
  remedy: z.array(z.string().max(1000)),
  owners: z.array(z.string()),
});
const failureExample = {
  ...key,
  release: 'minidistro',
  build: 'b-2',
  nvr: null,
  attempt: 1,
  evidence: {
    class: 'compile' as const,
    stage: 'build',
    summary: "mill.c:12: error: implicit declaration of function 'stone_grind'",
    tail: "mill.c:12: error: implicit declaration of function 'stone_grind'\n",
    logs: [{ name: 'build.log', address: 'file:///srv/millrace/builds/b-2/logs/build.log' }],
    signature: 'sha256:00',
  },
  cause: { component: 'rpm/libmill', signature: 'sha256:00' },
  regression: 'yes' as const,
  waiting: ['rpm/libsluice'],
  waiting_count: 1,
  remedy: [
    'millrace build make <your checkout> --release minidistro --cascade c-1',
    'millrace cascade retry c-1 rpm/libmill',
  ],
  owners: ['ada'],
};

export const rebuildFailed = defineEvent({
  owner: 'scheduler',
  entity: 'rebuild',
  happened: 'failed',
  about: 'A rebuild could not be built, and no retry of our own is left.',
  data: failure,
  summary: (d) => `${d.component} failed to build: ${d.evidence.summary}`,
  link: (d) => link(d),
  concerns: (d) => ({ components: [d.component], people: d.owners, severity: 'error' }),
  example: { release: 'minidistro', subject: 'rpm/libmill', data: failureExample },
});

export const rebuildRejected = defineEvent({
  owner: 'scheduler',
  entity: 'rebuild',
  happened: 'rejected',
  about: 'A rebuild was built, and its gate says no.',
  data: failure.extend({
    reasons: z.array(z.object({ test: z.string(), text: z.string(), link: z.string().nullable() })),
  }),
  summary: (d) => `${d.component} was built but its tests say no: ${d.evidence.summary}`,
  link: (d) => link(d),
  concerns: (d) => ({ components: [d.component], people: d.owners, severity: 'error' }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libmill',
    data: {
      ...failureExample,
      nvr: 'libmill-1.0-1.mr2',
      evidence: { ...failureExample.evidence, class: 'gate', stage: 'gate', summary: 'millrace.run.functional failed' },
      reasons: [{ test: 'millrace.run.functional', text: 'failed: exit code 1', link: null }],
    },
  },
});

export const rebuildSettled = defineEvent({
  owner: 'scheduler',
  entity: 'rebuild',
  happened: 'settled',
  about: 'A rebuild needs no build any more: skipped, unneeded or cancelled, with who and why.',
  data: rebuildKey.extend({
    release: releaseName,
    state: z.enum(['skipped', 'unneeded', 'cancelled']),
    by: who,
    why: z.string().max(1000),
  }),
  summary: (d) => `${d.component} is ${d.state}: ${d.why}`,
  link: (d) => link(d),
  concerns: (d) => ({ components: [d.component], people: [d.by], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libmill',
    data: { ...key, release: 'minidistro', state: 'skipped', by: 'ada', why: 'not worth it today' },
  },
});

export const buildFinished = defineEvent({
  owner: 'scheduler',
  entity: 'build',
  happened: 'finished',
  about: 'A build ended, of a cascade or made by hand. A CI tests the complete ones.',
  data: z.object({
    release: releaseName,
    build: z.string(),
    component: componentIdSchema,
    cascade: z.string().nullable(),
    generation: z.number().int().nullable(),
    pass: z.number().int().nullable(),
    origin: z.enum(['cascade', 'hand']),
    state: z.enum(['complete', 'failed', 'cancelled']),
    /** `adopted` into a cascade, only `seen`, or the cascade's own; with the reason for people. */
    standing: z.enum(['own', 'adopted', 'seen']),
    because: z.string().max(1000),
    bootstrap: z.boolean(),
    contents: z.string().nullable(),
    artifact: z
      .object({
        /** The Greenwave subject type. */
        type: z.string(),
        nvr: z.string(),
        id: z.string(),
        component: componentIdSchema,
        source: z.string(),
        /** file:// addresses of the candidate repository and of the repository that it was built from. */
        repository: z.string(),
        base: z.string(),
        base_number: z.number().int(),
      })
      .nullable(),
  }),
  summary: (d) => `build ${d.artifact?.nvr ?? d.build} of ${d.component} is ${d.state}`,
  link: (d) => `/api/v1/builds/${encodeURIComponent(d.build)}`,
  concerns: (d) => ({ components: [d.component], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libmill',
    data: {
      release: 'minidistro',
      build: 'b-2',
      component: 'rpm/libmill',
      cascade: 'c-1',
      generation: 1,
      pass: 1,
      origin: 'cascade',
      state: 'complete',
      standing: 'own',
      because: 'built by cascade c-1',
      bootstrap: false,
      contents: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      artifact: {
        type: 'koji_build',
        nvr: 'libmill-1.0-1.mr2',
        id: 'b-2',
        component: 'rpm/libmill',
        source: 'file:///srv/dist-git/rpms/libmill#0123456789abcdef0123456789abcdef01234567',
        repository: 'file:///srv/millrace/releases/minidistro/candidates/b-2',
        base: 'file:///srv/millrace/releases/minidistro/sides/c-1/2',
        base_number: 2,
      },
    },
  },
});

export const verdictWanted = defineEvent({
  owner: 'scheduler',
  entity: 'verdict',
  happened: 'wanted',
  about: "A build is complete: the gate's answer is wanted now and whenever it turns.",
  data: z.object({
    subject,
    release: releaseName,
    product_version: z.string(),
    decision_context: z.string(),
    component: componentIdSchema,
    build: z.string(),
    /** Where it can be tested: the address of its packages, and its build system's name of where it belongs (Koji: a tag). */
    repository: z.string(),
    tag: z.string().max(256).nullable().optional(),
    /** Component ids that are gated as one (a stack), with their NVRs; null for a single build. */
    group: z.array(z.object({ component: componentIdSchema, nvr: z.string() })).nullable(),
    cascade: z.string().nullable(),
    /** The group is a tier, or all that a cascade has built; left out for a rebuild. */
    scope: z.enum(['tier', 'cascade']).optional(),
    /** Results older than this are not counted. */
    since: z.iso.datetime(),
    /** Checks of the build side's own that are reported as results, too; a gate that asks for them waits for each. */
    builtin: z.array(z.string().max(255)).max(20).optional(),
    /** Results of those that are made already. */
    checks: z
      .array(
        z.object({
          test: z.string().max(255),
          outcome: z.enum(['PASSED', 'FAILED', 'INFO']),
          note: z.string().max(1000),
        }),
      )
      .max(20)
      .optional(),
  }),
  summary: (d) => `a verdict on ${d.subject.id} is wanted`,
  link: () => null,
  concerns: (d) => ({ components: [d.component], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'libmill-1.0-1.mr2',
    data: {
      subject: { type: 'koji_build', id: 'libmill-1.0-1.mr2', aliases: [] },
      release: 'minidistro',
      product_version: 'minidistro-1',
      decision_context: 'millrace_rebuild',
      component: 'rpm/libmill',
      build: 'b-2',
      repository: 'file:///srv/millrace/releases/minidistro/candidates/b-2',
      group: null,
      cascade: 'c-1',
      since: '2026-01-31T09:30:00.000Z',
    },
  },
});

export const schedulerResultReported = defineEvent({
  owner: 'scheduler',
  entity: 'result',
  happened: 'reported',
  about: "The scheduler's own results about a build: builtin checks, such as 'its contents still install'.",
  data: z.object({
    subject,
    release: releaseName,
    build: z.string(),
    test: z.string(),
    outcome: z.enum(['PASSED', 'FAILED', 'INFO']),
    note: z.string().max(1000),
  }),
  summary: (d) => `${d.test} is ${d.outcome} for ${d.subject.id}`,
  link: (d) => `/api/v1/builds/${encodeURIComponent(d.build)}`,
  concerns: () => ({ components: [], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'libmill-1.0-1.mr2',
    data: {
      subject: { type: 'koji_build', id: 'libmill-1.0-1.mr2', aliases: [] },
      release: 'minidistro',
      build: 'b-2',
      test: 'millrace.contents.static-analysis',
      outcome: 'PASSED',
      note: 'nothing that others require was lost without a rebuild',
    },
  },
});
