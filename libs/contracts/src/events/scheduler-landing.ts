import { z } from 'zod';
import { releaseName, who } from '../common';
import { componentIdSchema } from '../contents';
import { defineEvent } from '../define-event';
import { landingFinding, landingStates } from '../landing';

export const landingChanged = defineEvent({
  owner: 'scheduler',
  entity: 'landing',
  happened: 'changed',
  about:
    'A landing of a cascade has another state: planned, checked, approved, landing, landed or refused; or what had ' +
    'landed is taken back. All or nothing: a refused one leaves the release as it was.',
  data: z.object({
    /** `<cascade>/<attempt>`. */
    landing: z.string().max(250),
    cascade: z.string().max(200),
    release: releaseName,
    state: z.enum(landingStates),
    partial: z.boolean(),
    /** Builds that land, and that are in the release already. */
    total: z.number().int().nonnegative(),
    done: z.number().int().nonnegative(),
    findings: z.array(landingFinding).max(50),
    staying: z.array(componentIdSchema).max(500),
    /** Components that stay behind, also those that are not named. */
    stays: z.number().int().nonnegative(),
    repository: z.object({ number: z.number().int(), address: z.string(), place: z.string() }).nullable(),
    by: who,
    why: z.string().max(1000),
  }),
  summary: (d) => {
    const left = d.stays > 0 ? `, ${d.stays} stay behind` : '';
    if (d.state === 'landed') return `cascade ${d.cascade} has landed: ${d.done} builds${left}`;
    return `the landing of cascade ${d.cascade} is ${d.state}${left}: ${d.why}`;
  },
  link: (d) => `/api/v1/cascades/${encodeURIComponent(d.cascade)}/landing`,
  concerns: (d) => ({
    components: [...new Set(d.findings.filter((one) => one.blocks).map((one) => one.component))],
    people: [],
    severity: d.state === 'refused' || d.state === 'reverting' ? 'warning' : 'info',
  }),
  example: {
    release: 'minidistro',
    subject: 'c-1',
    data: {
      landing: 'c-1/1',
      cascade: 'c-1',
      release: 'minidistro',
      state: 'refused',
      partial: false,
      total: 12,
      done: 0,
      findings: [
        {
          kind: 'newer-in-base',
          component: 'rpm/libmill',
          nvr: 'libmill-1.0-1.mr2',
          because: 'minidistro has libmill-1.0-2, which is newer than libmill-1.0-1.mr2',
          remedy: 'land without it: millrace cascade land c-1 --partial',
          blocks: true,
        },
      ],
      staying: [],
      stays: 0,
      repository: null,
      by: 'ada',
      why: 'rpm/libmill stands in its way',
    },
  },
});
