import { z } from 'zod';
import { releaseName, subject } from '../common';
import { defineEvent } from '../define-event';

export const testStates = ['waiting', 'running', 'overdue', 'errored', 'failed', 'passed', 'waived'] as const;

export const verdictReason = z.object({
  test: z.string(),
  state: z.enum(testStates),
  /** Words for people: what is missing or wrong, and which result or waiver says so. */
  text: z.string().max(1000),
  result: z.number().int().nullable(),
  waiver: z.number().int().nullable(),
  /** What a waived test is without the waiver. */
  without_waiver: z.enum(testStates).optional(),
  link: z.string().max(2048).nullable(),
  /** Ids of the policies that ask for it. */
  policies: z.array(z.string()).max(50).optional(),
  /** The build before this one that failed the same test, with its result: not this change's doing. */
  failed_before: z.object({ subject: z.string(), result: z.number().int().nullable() }).optional(),
  /** A new run was asked for, since the CI could not run it: the how manieth, of how many. */
  rerun: z.object({ attempt: z.number().int(), budget: z.number().int() }).optional(),
});
export type VerdictReason = z.infer<typeof verdictReason>;

const subjectExample = { type: 'koji_build', id: 'libstone-2.0-1.mr1', aliases: [] };

export const verdictDecided = defineEvent({
  owner: 'ci-bridge',
  entity: 'verdict',
  happened: 'decided',
  about: "The gate's answer for a build changed: said again with a higher revision whenever it turns.",
  data: z.object({
    subject,
    release: releaseName.nullable(),
    component: z.string().nullable(),
    build: z.string(),
    product_version: z.string(),
    decision_context: z.string(),
    decision: z.enum(['pending', 'passed', 'failed', 'unknown']),
    revision: z.number().int().positive(),
    state: z.enum(testStates),
    reasons: z.array(verdictReason).max(200),
    /** Seconds after which asking again makes sense; null when only new results can change it. */
    retry_after: z.number().int().nullable(),
    /** Grows with every answer of this bridge. */
    decision_id: z.number().int().positive().optional(),
    /** What was said before; null: nothing. */
    previous: z
      .object({ decision: z.enum(['pending', 'passed', 'failed', 'unknown']), state: z.enum(testStates) })
      .nullable()
      .optional(),
    /** false: it passed because nothing was required. */
    required: z.boolean().optional(),
    /** Since when the gate cannot know; null: it knows. */
    unknown_since: z.iso.datetime().nullable().optional(),
  }),
  summary: (d) => `the gate says ${d.decision} for ${d.subject.id} (${d.state})`,
  link: (d) => `/api/v1/gates?subject=${encodeURIComponent(d.subject.id)}`,
  concerns: (d) => ({ components: d.component ? [d.component] : [], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'libstone-2.0-1.mr1',
    data: {
      subject: subjectExample,
      release: 'minidistro',
      component: 'rpm/libstone',
      build: 'b-1',
      product_version: 'minidistro-1',
      decision_context: 'millrace_rebuild',
      decision: 'passed',
      revision: 3,
      state: 'passed',
      reasons: [
        { test: 'millrace.install.functional', state: 'passed', text: 'passed', result: 12, waiver: null, link: null },
      ],
      retry_after: null,
    },
  },
});

export const resultRecorded = defineEvent({
  owner: 'ci-bridge',
  entity: 'result',
  happened: 'recorded',
  about: "A test's result was stored in ResultsDB's form.",
  data: z.object({
    id: z.number().int(),
    testcase: z.string(),
    outcome: z.string(),
    item: z.string(),
    type: z.string(),
    ref_url: z.string().nullable(),
    note: z.string().nullable(),
    /** The whole result as ResultsDB's `resultsdb.result.new` has it, unless it is too large for an event. */
    result: z.record(z.string(), z.unknown()).optional(),
  }),
  summary: (d) => `${d.testcase} is ${d.outcome} for ${d.item}`,
  link: (d) => `/resultsdb/api/v2.0/results/${d.id}`,
  concerns: () => ({ components: [], people: [], severity: 'debug' }),
  example: {
    release: null,
    subject: 'libstone-2.0-1.mr1',
    data: {
      id: 12,
      testcase: 'millrace.install.functional',
      outcome: 'PASSED',
      item: 'libstone-2.0-1.mr1',
      type: 'koji-build',
      ref_url: 'https://example.org/ci/runs/1',
      note: null,
    },
  },
});

export const waiverRecorded = defineEvent({
  owner: 'ci-bridge',
  entity: 'waiver',
  happened: 'recorded',
  about: 'Somebody waived a test for a subject.',
  data: z.object({
    id: z.number().int(),
    subject,
    testcase: z.string(),
    product_version: z.string(),
    username: z.string(),
    comment: z.string(),
    /** false: an earlier waiver was taken back. */
    waived: z.boolean().optional(),
    scenario: z.string().nullable().optional(),
    /** As WaiverDB writes it: UTC, with a fraction and without a zone. */
    timestamp: z.string().optional(),
    proxied_by: z.string().nullable().optional(),
    scope: z.enum(['build', 'component', 'cascade']).optional(),
    ticket: z.string().nullable().optional(),
    expires: z.iso.datetime().nullable().optional(),
  }),
  summary: (d) =>
    `${d.username} ${d.waived === false ? 'no longer waives' : 'waived'} ${d.testcase} for ${d.subject.id}: ${d.comment}`,
  link: (d) => `/api/v1/gates?subject=${encodeURIComponent(d.subject.id)}`,
  concerns: (d) => ({ components: [], people: [d.username], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: 'libstone-2.0-1.mr1',
    data: {
      id: 1,
      subject: subjectExample,
      testcase: 'millrace.install.functional',
      product_version: 'minidistro-1',
      username: 'ada',
      comment: 'known flaky on this machine',
    },
  },
});

export const rerunRequested = defineEvent({
  owner: 'ci-bridge',
  entity: 'rerun',
  happened: 'requested',
  about: 'A CI could not run a required test: it is asked to run it again. When the budget is spent, people are told.',
  data: z.object({
    subject,
    release: releaseName.nullable(),
    component: z.string().nullable(),
    build: z.string(),
    testcase: z.string(),
    scenario: z.string().nullable(),
    /** The result that said so, and the run's address. */
    result: z.number().int(),
    ref_url: z.string().nullable(),
    error_reason: z.string().nullable(),
    /** Name of the CI, as its results give it. */
    ci: z.string().nullable(),
    attempt: z.number().int().positive(),
    budget: z.number().int().positive(),
    /** Where it can be tested, as `verdict.wanted` has it. */
    repository: z.string().optional(),
    tag: z.string().nullable().optional(),
  }),
  summary: (d) => `${d.testcase} shall run again for ${d.subject.id} (${d.attempt} of ${d.budget})`,
  link: (d) => `/api/v1/gates?subject=${encodeURIComponent(d.subject.id)}`,
  concerns: () => ({ components: [], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'libstone-2.0-1.mr1',
    data: {
      subject: subjectExample,
      release: 'minidistro',
      component: 'rpm/libstone',
      build: 'b-1',
      testcase: 'millrace.install.functional',
      scenario: null,
      result: 12,
      ref_url: 'https://example.org/ci/runs/1',
      error_reason: 'no machine was free',
      ci: 'local-ci',
      attempt: 1,
      budget: 2,
    },
  },
});
