import { z } from 'zod';
import { releaseName, subject } from '../common';
import { componentIdSchema } from '../contents';
import { defineEvent } from '../define-event';

export const waiverWanted = defineEvent({
  owner: 'scheduler',
  entity: 'waiver',
  happened: 'wanted',
  about: 'A person wants a test waived that keeps the gate of a rebuild shut: one event for each test.',
  data: z.object({
    cascade: z.string(),
    release: releaseName,
    component: componentIdSchema,
    build: z.string(),
    subject,
    testcase: z.string().max(255),
    /** The person whose waiver it is. */
    by: z.string(),
    comment: z.string().min(1).max(2000),
    /** When it ends; null: never. */
    expires: z.iso.datetime().nullable(),
  }),
  summary: (d) => `${d.by} wants ${d.testcase} waived for ${d.subject.id}: ${d.comment}`,
  link: (d) => `/api/v1/cascades/${encodeURIComponent(d.cascade)}`,
  concerns: (d) => ({ components: [], people: [d.by], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'libstone-2.0-1.mr1',
    data: {
      cascade: 'c-1',
      release: 'minidistro',
      component: 'rpm/libstone',
      build: 'c-1_rpm_libstone_g1p1_a1',
      subject: { type: 'koji_build', id: 'libstone-2.0-1.mr1', aliases: [] },
      testcase: 'millrace.install.functional',
      by: 'ada',
      comment: 'known flaky on this machine',
      expires: null,
    },
  },
});
