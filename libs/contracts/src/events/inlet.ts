import { z } from 'zod';
import { releaseName, who } from '../common';
import { componentIdSchema } from '../contents';
import { defineEvent } from '../define-event';
import { setFields } from '../sets';
import { urgencies } from '../triggers';

const commit = z.string().regex(/^[0-9a-f]{40}$/, 'is no full git commit');

export const changeReported = defineEvent({
  owner: 'inlet',
  entity: 'change',
  happened: 'reported',
  about: 'Another team says that components changed: by a commit, or by a build that exists already.',
  data: z.object({
    release: releaseName,
    components: z
      .array(z.object({ component: componentIdSchema, commit: commit.optional(), nvr: z.string().max(512).optional() }))
      .min(1)
      .max(1000),
    reporter: who,
    reason: z.string().max(500),
    urgency: z.enum(['security', 'normal', 'background']).default('normal'),
  }),
  summary: (d) => `${d.reporter} reports a change of ${d.components.map((c) => c.component).join(', ')}`,
  link: () => null,
  concerns: (d) => ({ components: d.components.map((c) => c.component), people: [], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libstone',
    data: {
      release: 'minidistro',
      components: [{ component: 'rpm/libstone', commit: '0123456789abcdef0123456789abcdef01234567' }],
      reporter: 'upstream-monitor',
      reason: 'libstone 2.0 was tagged',
      urgency: 'normal',
    },
  },
});

export const setWanted = defineEvent({
  owner: 'inlet',
  entity: 'set',
  happened: 'wanted',
  about:
    'Another team asks for a set of components to be rebuilt: a list, a query, or every one of the release. It waits for ' +
    "a person's approval, unless a rule of the release (kinds: [set], by) lets it start.",
  data: z.object({
    release: releaseName,
    ...setFields,
    components: z.array(componentIdSchema).max(1000).default([]),
    reporter: who,
    reason: z.string().max(500),
    urgency: z.enum(urgencies).default('background'),
  }),
  summary: (d) => `${d.reporter} wants a set of components of ${d.release} to be rebuilt: ${d.reason}`,
  link: () => null,
  concerns: (d) => ({ components: d.components, people: [], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: 'minidistro',
    data: {
      release: 'minidistro',
      components: [],
      all: false,
      query: { types: ['rpm'], depends_on: ['rpm/libstone'] },
      since: '2026-02-01T00:00:00Z',
      ordered: true,
      reporter: 'compiler-team',
      reason: 'the compiler made wrong code',
      urgency: 'background',
    },
  },
});

export const composeWanted = defineEvent({
  owner: 'inlet',
  entity: 'compose',
  happened: 'wanted',
  about: 'Another team asks for a compose of a release as it stands.',
  data: z.object({ release: releaseName, reporter: who, reason: z.string().max(500) }),
  summary: (d) => `${d.reporter} wants a compose of ${d.release}`,
  link: () => null,
  concerns: () => ({ components: [], people: [], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: 'minidistro',
    data: { release: 'minidistro', reporter: 'release-team', reason: 'weekly compose' },
  },
});

export const inletResultReported = defineEvent({
  owner: 'inlet',
  entity: 'result',
  happened: 'reported',
  about: 'A CI system reports on a test: a CI message 1.x (queued, running, complete, error), unchanged.',
  data: z.object({
    /** The CI message's topic, e.g. org.centos.prod.ci.koji-build.test.complete. */
    topic: z.string().max(255),
    body: z.record(z.string(), z.unknown()),
  }),
  summary: (d) => `a CI message on ${d.topic}`,
  link: () => null,
  concerns: () => ({ components: [], people: [], severity: 'debug' }),
  example: {
    release: 'minidistro',
    subject: 'libstone-2.0-1.mr1',
    data: {
      topic: 'org.millrace.local.ci.koji-build.test.complete',
      body: {
        version: '1.1.0',
        generated_at: '2026-01-31T09:30:00Z',
        contact: { name: 'local-ci', team: 'Millrace', docs: 'https://example.org/ci', email: 'ci@example.org' },
        run: { url: 'https://example.org/ci/runs/1', log: 'https://example.org/ci/runs/1/log' },
        artifact: {
          type: 'koji-build',
          id: 1,
          nvr: 'libstone-2.0-1.mr1',
          component: 'libstone',
          issuer: 'millrace',
          scratch: false,
          source: 'https://example.org/libstone.git#0123456789abcdef0123456789abcdef01234567',
        },
        pipeline: { id: '1', name: 'install' },
        test: { type: 'install', category: 'functional', namespace: 'millrace', result: 'passed' },
        system: [{ os: 'minidistro', provider: 'local', architecture: 'x86_64' }],
      },
    },
  },
});
