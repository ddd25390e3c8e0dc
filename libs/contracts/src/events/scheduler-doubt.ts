import { z } from 'zod';
import { rebuildKey, releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { defineEvent } from '../define-event';

const key = { cascade: 'c-1', component: 'rpm/libsluice', generation: 1, pass: 1 };

export const rebuildDoubted = defineEvent({
  owner: 'scheduler',
  entity: 'rebuild',
  happened: 'doubted',
  about:
    'A build that others were built on was taken away, or its verdict turned: it and what stands on it is in doubt. ' +
    'Nothing new starts on it and the cascade does not land; nothing is undone. `doubtful: false`: it is over.',
  data: rebuildKey.extend({
    release: releaseName,
    doubtful: z.boolean(),
    build: z.string().nullable(),
    nvr: z.string().nullable(),
    /** The component whose build is in doubt for a reason of its own. */
    root: componentIdSchema,
    because: z.string().max(1000),
    remedy: z.array(z.string().max(1000)).max(20),
    owners: z.array(z.string()),
    /** Components of rebuilds that stand on it, the first of them; one event tells of all. */
    standing: z.array(componentIdSchema).max(200).optional(),
    /** Rebuilds that stand on it. */
    standing_count: z.number().int().nonnegative().optional(),
  }),
  summary: (d) =>
    `${d.component} is ${d.doubtful ? 'in doubt' : 'no longer in doubt'}: ${d.because}${standingWords(d)}`,
  link: (d) =>
    `/api/v1/cascades/${encodeURIComponent(d.cascade)}/rebuilds?component=${encodeURIComponent(d.component)}`,
  concerns: (d) => ({
    components: [d.component, ...(d.standing ?? [])],
    people: d.owners,
    severity: !d.doubtful ? 'info' : d.component === d.root ? 'error' : 'warning',
  }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libsluice',
    data: {
      ...key,
      release: 'minidistro',
      doubtful: true,
      build: 'b-3',
      nvr: 'libsluice-1.0-1.mr3',
      root: 'rpm/libmill',
      because: 'libmill-1.0-1.mr2 of rpm/libmill, on which it was built, was untagged from minidistro-build by bob',
      remedy: ['millrace cascade retry c-1 rpm/libmill'],
      owners: ['ada'],
      standing: ['rpm/millwheel'],
      standing_count: 1,
    },
  },
});

function standingWords({ standing = [], standing_count: count = 0 }: Standing): string {
  if (count === 0) return '';
  const names = standing.slice(0, 5).join(', ');
  return ` (${count} built on it: ${names}${count > 5 ? ` and ${count - 5} more` : ''})`;
}

interface Standing {
  readonly standing?: readonly string[] | undefined;
  readonly standing_count?: number | undefined;
}
