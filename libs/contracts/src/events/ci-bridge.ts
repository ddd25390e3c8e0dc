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
  link: z.string().max(2048).nullable(),
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
  }),
  summary: (d) => `${d.username} waived ${d.testcase} for ${d.subject.id}: ${d.comment}`,
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
