import { z } from 'zod';
import { cascadeStates, rebuildCounts, releaseName, who } from '../common';
import { componentIdSchema, sourceRef } from '../contents';
import { defineEvent } from '../define-event';
import { changeKinds, messageId, ruleOutcomes } from '../triggers';

export const changeDetected = defineEvent({
  owner: 'scheduler',
  entity: 'change',
  happened: 'detected',
  about: 'Components changed, whoever said so; it says too what becomes of it.',
  data: z.object({
    change: z.string(),
    release: releaseName,
    kind: z.enum(['commit', 'build', 'set', 'missing']),
    components: z.array(
      z.object({
        component: componentIdSchema,
        source: sourceRef.nullable(),
        nvr: z.string().nullable(),
      }),
    ),
    urgency: z.enum(['security', 'normal', 'background']),
    by: who,
    why: z.string().max(500),
    /** `cascade`: it starts or joined one; `waits`: until the running cascade ends; `ignored`: with the reason. */
    outcome: z.enum(['cascade', 'waits', 'ignored']),
    cascade: z.string().nullable(),
    because: z.string().max(500),
    /** What it is about, also where `kind`, which never grows, has no word for it. */
    trigger: z.enum(changeKinds).optional(),
    /** The message that told of it, as its sender names it: a forge's delivery, an event on the bus. */
    message: messageId.optional(),
    /** The rule of the release that decided, with its reason. */
    rule: z.object({ outcome: z.enum(ruleOutcomes), reason: z.string().max(500) }).optional(),
    /** With outcome `waits`: for what, and until when as far as that is known. */
    waits_for: z.enum(['approval', 'freeze', 'hold', 'cascade', 'lull']).optional(),
    until: z.string().nullable().optional(),
  }),
  summary: (d) => {
    const what = d.components.length === 1 ? d.components[0]!.component : `${d.components.length} components`;
    return `${what} changed${d.waits_for === 'approval' ? ' and waits for approval' : ''}: ${d.why}`;
  },
  link: (d) => `/api/v1/changes/${encodeURIComponent(d.change)}`,
  concerns: (d) => ({
    components: d.components.map((c) => c.component).slice(0, 1000),
    people: [],
    severity: d.waits_for === 'approval' ? 'warning' : 'info',
  }),
  example: {
    release: 'minidistro',
    subject: 'rpm/libstone',
    data: {
      change: 'ch-1',
      release: 'minidistro',
      kind: 'commit',
      components: [{ component: 'rpm/libstone', source: null, nvr: null }],
      urgency: 'normal',
      by: 'git',
      why: 'commit 01234567 on main',
      outcome: 'cascade',
      cascade: 'c-1',
      because: 'no cascade of this release is running',
    },
  },
});

const cascade = z.object({
  cascade: z.string(),
  release: releaseName,
  state: z.enum(cascadeStates),
  roots: z.array(componentIdSchema).max(1000),
  /** Plan revision: grows when the plan is extended. */
  plan: z.number().int().positive(),
  tiers: z.number().int(),
  counts: rebuildCounts,
  by: who,
  why: z.string().max(1000),
});
type Cascade = z.infer<typeof cascade>;

const example: Cascade = {
  cascade: 'c-1',
  release: 'minidistro',
  state: 'running',
  roots: ['rpm/libstone'],
  plan: 1,
  tiers: 4,
  counts: { waiting: 9, ready: 1 },
  by: 'git',
  why: 'libstone 2.0',
};

type Severity = 'info' | 'warning';

function cascadeEvent<Data extends Cascade>(
  happened: string,
  about: string,
  data: z.ZodType<Data>,
  summary: (d: NoInfer<Data>) => string,
  severity: Severity | ((d: NoInfer<Data>) => Severity),
  sample: NoInfer<Data>,
) {
  return defineEvent<Data>({
    owner: 'scheduler',
    entity: 'cascade',
    happened,
    about,
    data,
    summary,
    link: (d) => `/api/v1/cascades/${encodeURIComponent(d.cascade)}`,
    concerns: (d) => ({
      ...{ components: d.roots, people: [] },
      severity: typeof severity === 'function' ? severity(d) : severity,
    }),
    example: { release: 'minidistro', subject: 'c-1', data: sample },
  });
}

export const cascadePlanned = cascadeEvent(
  'planned',
  'A cascade has a plan, or a longer one (a higher plan revision) with the reason.',
  cascade.extend({
    /** It would have started by itself, but is over a budget: a person must let it start. */
    over_budget: z.literal(true).optional(),
  }),
  (d) => `cascade ${d.cascade} has plan ${d.plan} in ${d.tiers} tiers: ${d.why}`,
  (d) => (d.over_budget ? 'warning' : 'info'),
  example,
);
export const cascadeStarted = cascadeEvent(
  'started',
  'A cascade runs from now on.',
  cascade,
  (d) => `cascade ${d.cascade} started for ${d.roots.slice(0, 3).join(', ')}: ${d.why}`,
  'info',
  example,
);
export const cascadeHeld = cascadeEvent(
  'held',
  'A cascade starts nothing new until it is resumed.',
  cascade,
  (d) => `${d.by} holds cascade ${d.cascade}: ${d.why}`,
  'warning',
  { ...example, state: 'held' },
);
export const cascadeResumed = cascadeEvent(
  'resumed',
  'A held or stalled cascade goes on.',
  cascade,
  (d) => `cascade ${d.cascade} goes on: ${d.why}`,
  'info',
  example,
);
/** Of what failed: a stall on other builds is another one. */
const builds = z.array(z.string().max(500)).optional();
export const cascadeStalled = cascadeEvent(
  'stalled',
  'Nothing is left to run but what failures hold back. Said once, with names.',
  cascade.extend({ failed: z.array(componentIdSchema), waiting: z.array(componentIdSchema), failed_builds: builds }),
  (d) => `cascade ${d.cascade} can do no more until somebody acts: ${d.why}`,
  'warning',
  { ...example, state: 'stalled', failed: ['rpm/libmill'], waiting: ['rpm/libsluice'] },
);
export const cascadeCompleted = cascadeEvent(
  'completed',
  'Every rebuild is validated, skipped, unneeded or cancelled. Names the repository to harvest.',
  cascade.extend({
    landed: z.boolean(),
    repository: z.object({ number: z.number().int(), address: z.string(), place: z.string() }),
  }),
  (d) => `cascade ${d.cascade} is complete: ${d.counts.validated ?? 0} validated`,
  'info',
  {
    ...example,
    state: 'completed',
    landed: true,
    repository: { number: 2, address: 'file:///srv/millrace/releases/minidistro/base/2', place: 'base' },
  },
);
export const cascadeCancelled = cascadeEvent(
  'cancelled',
  'A cascade was given up; the release is as it was.',
  cascade,
  (d) => `${d.by} cancelled cascade ${d.cascade}: ${d.why}`,
  'warning',
  { ...example, state: 'cancelled' },
);
