import { z } from 'zod';
import { duration, glob, globMatches } from './definition-words';

/** What a change is about: a new commit, a finished build, a set that somebody named, what a compose or a graph misses. */
export const changeKinds = ['commit', 'build', 'set', 'missing', 'snapshot'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export const urgencies = ['security', 'normal', 'background'] as const;
export type Urgency = (typeof urgencies)[number];

/** What becomes of a change by rule: it starts a cascade by itself, waits for a person, or is ignored. */
export const ruleOutcomes = ['start', 'approve', 'ignore'] as const;
export type RuleOutcome = (typeof ruleOutcomes)[number];

/** A message that told of a change: who sent it, and its id there. */
export const messageId = z.object({ source: z.string().max(300), id: z.string().max(300) });
export type MessageId = z.infer<typeof messageId>;

const words = z.string().min(1).max(500);

/** The first rule whose members all match decides; a member that is not there matches everything. */
const triggerRule = z.strictObject({
  kinds: z.array(z.enum(changeKinds)).min(1).optional(),
  /** Globs on component ids. */
  components: z.array(glob).min(1).max(1000).optional(),
  urgencies: z.array(z.enum(urgencies)).min(1).optional(),
  /** Globs on who says so: a person, `git`, `github:octocat`, `harvester`. */
  by: z.array(glob).min(1).max(100).optional(),
  outcome: z.enum(ruleOutcomes),
  /** Kept with every change that the rule decides. */
  reason: words,
});
export type TriggerRule = z.infer<typeof triggerRule>;

export const triggers = z.strictObject({
  /** How often the git sources are looked at. */
  git: z.strictObject({ every: duration.default('1m') }).optional(),
  /** Changes that come within this time of each other become one cascade; security does not wait for it. */
  lull: duration.default('0s'),
  /** A burst that does not end starts its cascade at the latest after this time; by default ten times the lull. */
  lull_max: duration.optional(),
  /** A change while a cascade of the release runs: it waits for the end, is folded into it, or starts another beside. */
  concurrent: z.enum(['wait', 'fold', 'beside']).optional(),
  rules: z.array(triggerRule).max(500).optional(),
});

/** A time in which nothing new starts, or nothing lands. */
const freeze = z
  .strictObject({
    name: z.string().min(1).max(100),
    from: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }),
    /** Globs on component ids. */
    components: z.array(glob).min(1).max(1000).default(['*']),
    /** `changes`: they start no cascade until it ends; `landing`: finished cascades do not land; `all`: both. */
    what: z.enum(['changes', 'landing', 'all']).default('changes'),
    /** Whether security fixes pass. */
    security: z.enum(['pass', 'wait']).default('wait'),
    reason: words,
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ['until'],
    message: 'is not after `from`',
  });
export type Freeze = z.infer<typeof freeze>;

export const freezes = z.array(freeze).max(200);

/** Does one of the globs match? */
export function matchesAny(globs: readonly string[], text: string): boolean {
  return globs.some((one) => globMatches(one, text));
}
