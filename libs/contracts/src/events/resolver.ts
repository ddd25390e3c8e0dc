import { z } from 'zod';
import { releaseName } from '../common';
import { defineEvent } from '../define-event';

export const graphPublished = defineEvent({
  owner: 'resolver',
  entity: 'graph',
  happened: 'published',
  about: "A new snapshot of a release's dependency graph can be asked about.",
  data: z.object({
    release: releaseName,
    snapshot: z.string(),
    digest: z.string(),
    counts: z.object({
      components: z.number().int(),
      dependencies: z.number().int(),
      external: z.number().int(),
      unresolved: z.number().int(),
    }),
    because: z.string().max(500),
  }),
  summary: (d) => `the graph of ${d.release} has ${d.counts.components} components (${d.because})`,
  link: (d) => `/api/v1/graph?release=${encodeURIComponent(d.release)}`,
  concerns: () => ({ components: [], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'minidistro',
    data: {
      release: 'minidistro',
      snapshot: 'minidistro-1',
      digest: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      counts: { components: 18, dependencies: 41, external: 1, unresolved: 0 },
      because: 'the release definition changed',
    },
  },
});
