import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { defineEvent } from '../define-event';

const compose = z.object({
  release: releaseName,
  compose: z.string(),
  /** Folder of the tree on the harvester's machine. */
  path: z.string(),
  because: z.string().max(500),
});
const example = {
  release: 'minidistro',
  compose: 'Minidistro-1-20260131.n.0',
  path: '/var/lib/millrace/composes/Minidistro-1-20260131.n.0',
  because: 'cascade c-1 completed',
};

export const composeFinished = defineEvent({
  owner: 'harvester',
  entity: 'compose',
  happened: 'finished',
  about: 'A compose is complete and can be used.',
  data: compose.extend({ packages: z.number().int(), sources: z.number().int(), images: z.number().int() }),
  summary: (d) => `compose ${d.compose} is finished: ${d.packages} packages`,
  link: (d) => `/api/v1/composes/${encodeURIComponent(d.compose)}`,
  concerns: () => ({ components: [], people: [], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: example.compose,
    data: { ...example, packages: 24, sources: 16, images: 1 },
  },
});

export const composeFailed = defineEvent({
  owner: 'harvester',
  entity: 'compose',
  happened: 'failed',
  about: 'A compose could not be made; nothing of it is offered.',
  data: compose.extend({ reason: z.string().max(2000), remedy: z.string().max(1000) }),
  summary: (d) => `compose ${d.compose} failed: ${d.reason}`,
  link: (d) => `/api/v1/composes/${encodeURIComponent(d.compose)}`,
  concerns: () => ({ components: [], people: [], severity: 'error' }),
  example: {
    release: 'minidistro',
    subject: example.compose,
    data: {
      ...example,
      reason: 'no space left on the device',
      remedy: 'free space below the data folder and make it again',
    },
  },
});

export const rebuildWanted = defineEvent({
  owner: 'harvester',
  entity: 'rebuild',
  happened: 'wanted',
  about: 'A compose misses artifacts: the scheduler is asked to build them, by the same door as any change.',
  data: z.object({
    release: releaseName,
    compose: z.string(),
    components: z.array(componentIdSchema).min(1).max(10_000),
  }),
  summary: (d) => `compose ${d.compose} waits for ${d.components.length} components`,
  link: (d) => `/api/v1/composes/${encodeURIComponent(d.compose)}`,
  concerns: (d) => ({ components: d.components, people: [], severity: 'info' }),
  example: {
    release: 'minidistro',
    subject: example.compose,
    data: { release: 'minidistro', compose: example.compose, components: ['rpm/millwheel'] },
  },
});
