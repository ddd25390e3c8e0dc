import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { command, type Role } from './door';
import { actsDone } from './scheduler-people';

const why = z.string().max(1000).default('');
const cascade = z.string();
const component = componentIdSchema;

/** How far an act goes inside a cascade. With neither it is about the whole cascade. */
const part = {
  component: component.optional(),
  /** All of this tier that it can be done to. */
  tier: z.coerce.number().int().min(0).max(100_000).optional(),
};
/** Must be said where an act would be done to everything in a cascade, one by one. */
const all = z.boolean().default(false);

/** From -100 to 100: first what has the most. */
const priority = z.coerce.number().int().min(-100).max(100).default(50);
const commit = z.string().max(64).optional();

const waiving = {
  /** Kept with each waiver. */
  comment: z.string().min(1).max(2000),
  /** Until when they hold: a time, or a duration such as `7d`. */
  expires: z.string().max(40).optional(),
};

const waived = actsDone.extend({
  /** What the gates are asked to pass over: one waiver for each reason that keeps one shut. */
  waived: z.array(z.object({ cascade: z.string(), component, subject: z.string(), test: z.string() })),
});

function inCascade<const Verb extends string, More extends z.ZodRawShape, Reply extends z.ZodType>(
  verb: Verb,
  about: string,
  { more, reply, role }: { readonly more: More; readonly reply: Reply; readonly role: Role },
) {
  return command({
    owner: 'scheduler',
    name: `cascade-${verb}`,
    about,
    request: z.object({ cascade, ...more }),
    reply,
    http: { method: 'POST', path: `/admin/v1/cascades/{cascade}/${verb}` },
    role,
  });
}

function inRelease<const Verb extends string, More extends z.ZodRawShape, Reply extends z.ZodType>(
  verb: Verb,
  about: string,
  { more, reply, role }: { readonly more: More; readonly reply: Reply; readonly role: Role },
) {
  return command({
    owner: 'scheduler',
    name: `release-${verb}`,
    about: `${about} In all running cascades of a release.`,
    request: z.object({ release: releaseName, ...more }),
    reply,
    http: { method: 'POST', path: `/admin/v1/releases/{release}/${verb}` },
    role,
  });
}

const one = { component: component.optional() };

const cancels = 'Gives up a cascade, or one rebuild or one tier of it.';
export const cascadeCancel = inCascade('cancel', cancels, { more: { ...part, why }, reply: actsDone, role: 'releng' });
export const releaseCancel = inRelease('cancel', 'Gives up all that is rebuilt, or a component.', {
  more: { ...one, why },
  reply: actsDone,
  role: 'releng',
});

const retries = 'Builds what failed (one rebuild, a tier, or all of them) once more, from the head of its source.';
export const cascadeRetry = inCascade('retry', retries, {
  more: { ...part, why },
  reply: actsDone,
  role: 'maintainer',
});
export const releaseRetry = inRelease('retry', 'Builds what failed, or one component, once more.', {
  more: { ...one, why },
  reply: actsDone,
  role: 'maintainer',
});

export const cascadeSkip = inCascade(
  'skip',
  'Goes on without rebuilding a component, a tier, or (`all`) anything that has not begun or has failed.',
  { more: { ...part, all, why }, reply: actsDone, role: 'releng' },
);
export const releaseSkip = inRelease('skip', 'Goes on without rebuilding a component, or whatever has not begun.', {
  more: { ...one, why },
  reply: actsDone,
  role: 'releng',
});

export const cascadeRemove = inCascade(
  'remove',
  'Takes what has not started out of a cascade (a component, a tier, or `all`): what needs it goes on with its old build.',
  { more: { ...part, all, why }, reply: actsDone, role: 'releng' },
);
export const releaseRemove = inRelease('remove', 'Takes a component, or whatever has not started, out of the plans.', {
  more: { ...one, why },
  reply: actsDone,
  role: 'releng',
});

export const cascadeAdd = inCascade(
  'add',
  'Adds a component to a running cascade: its plan grows. Without a commit the head of its source is built.',
  { more: { component, commit, why }, reply: actsDone, role: 'releng' },
);
export const releaseAdd = inRelease('add', 'Adds a component: their plans grow.', {
  more: { component, commit, why },
  reply: actsDone,
  role: 'releng',
});

export const cascadeRaise = inCascade(
  'raise',
  'Lets a component or a tier run before the others of its cascade, or a cascade before the others; below 0: after them.',
  { more: { ...part, priority, why }, reply: actsDone, role: 'releng' },
);
export const releaseRaise = inRelease('raise', 'Lets a component, or the release, run before others; below 0: after.', {
  more: { ...one, priority, why },
  reply: actsDone,
  role: 'releng',
});

export const cascadeWaive = inCascade(
  'waive',
  'Waives what keeps the gates of rebuilds shut (of a component, a tier, or all): one waiver for each open reason.',
  { more: { ...part, ...waiving }, reply: waived, role: 'maintainer' },
);
export const releaseWaive = inRelease('waive', 'Waives what keeps gates shut, of a component or of all.', {
  more: { ...one, ...waiving },
  reply: waived,
  role: 'maintainer',
});
