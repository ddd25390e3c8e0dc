import { z } from 'zod';
import { releaseName, who } from '../common';
import { defineEvent } from '../define-event';
import { releaseDefinition } from '../release-definition';

export const releaseChanged = defineEvent({
  owner: 'scheduler',
  entity: 'release',
  happened: 'changed',
  about: 'A release has a new definition; it is carried whole.',
  data: z.object({
    name: releaseName,
    revision: z.number().int().positive(),
    digest: z.string(),
    definition: releaseDefinition,
    by: who,
  }),
  summary: (d) => `${d.by} made revision ${d.revision} of release ${d.name}`,
  link: (d) => `/api/v1/releases/${encodeURIComponent(d.name)}`,
  concerns: (d) => ({ components: [], people: [d.by], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: 'minidistro',
    data: {
      name: 'minidistro',
      revision: 1,
      digest: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      definition: releaseDefinition.parse({
        release: 'minidistro',
        title: 'The example distribution',
        product_version: 'minidistro-1',
        build_systems: { rpm: 'local-rpm' },
        sources: { rpm: { git: 'file:///srv/dist-git/rpms' } },
        gates: [{ id: 'rpms', rules: [{ test: 'millrace.install.functional' }] }],
        people: { ada: { mail: 'ada@example.org' } },
        owners: [{ components: ['*'], people: ['ada'] }],
        releng: ['ada'],
      }),
      by: 'ada',
    },
  },
});
