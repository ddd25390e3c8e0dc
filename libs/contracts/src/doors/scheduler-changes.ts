import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { changeKinds, messageId, ruleOutcomes, urgencies } from '../triggers';
import { ask, command } from './door';

const why = z.string().max(1000).default('');
const outcome = z.enum(['cascade', 'waits', 'ignored']);
const reason = z.object({ component: componentIdSchema, because: z.string() });

export const changeView = z.object({
  change: z.string(),
  release: releaseName,
  kind: z.enum(changeKinds),
  /** Those that need a cascade; of a change that needs none, all that it named. */
  components: z.array(
    z.object({ component: componentIdSchema, commit: z.string().nullable(), nvr: z.string().nullable() }),
  ),
  all: z.boolean(),
  urgency: z.enum(urgencies),
  by: z.string(),
  why: z.string(),
  at: z.string(),
  outcome,
  cascade: z.string().nullable(),
  /** Why it is where it is. */
  because: z.string(),
  waitsFor: z.enum(['approval', 'freeze', 'hold', 'cascade', 'lull']).nullable(),
  until: z.string().nullable(),
  rule: z.object({ outcome: z.enum(ruleOutcomes), reason: z.string() }).nullable(),
  /** Components that it named and that need no cascade of its own. */
  dropped: z.array(reason),
  message: messageId.nullable(),
  /** What a person said of it. */
  decided: z.object({ approved: z.boolean(), by: z.string(), why: z.string(), at: z.string() }).nullable(),
});

export const changes = ask({
  owner: 'scheduler',
  name: 'changes',
  about: 'Changes, newest first, with what became of each and why.',
  request: z.object({
    release: releaseName.optional(),
    component: componentIdSchema.optional(),
    outcome: outcome.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  reply: z.object({ changes: z.array(changeView) }),
  http: { method: 'GET', path: '/api/v1/changes' },
});

export const change = ask({
  owner: 'scheduler',
  name: 'change',
  about: 'One change: who reported it, what the rules say, what became of it.',
  request: z.object({ change: z.string() }),
  reply: changeView,
  http: { method: 'GET', path: '/api/v1/changes/{change}' },
});

function decision<const Verb extends string>(verb: Verb, about: string) {
  return command({
    owner: 'scheduler',
    name: `change-${verb}`,
    about,
    request: z.object({ change: z.string(), why }),
    reply: z.object({ change: z.string(), outcome, cascade: z.string().nullable(), because: z.string() }),
    http: { method: 'POST', path: `/admin/v1/changes/{change}/${verb}` },
    role: 'releng',
  });
}

export const changeApprove = decision('approve', 'Lets a change that waits for approval go on.');
export const changeReject = decision('reject', 'Ignores a change that waits for approval.');

export const explainComponent = ask({
  owner: 'scheduler',
  name: 'explain-component',
  about: 'Why a component of a release was rebuilt, or was not: its newest change, the rules, freezes and cascades.',
  request: z.object({ release: releaseName, component: componentIdSchema }),
  reply: z.object({ lines: z.array(z.string()), change: z.string().nullable(), cascade: z.string().nullable() }),
  http: { method: 'GET', path: '/api/v1/explain' },
});
