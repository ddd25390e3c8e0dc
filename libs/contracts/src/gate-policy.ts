import { z } from 'zod';
import { duration, glob } from './definition-words';

/** Names of the build side's own checks begin so: installable, dependencies, upgrade-path, planned-inputs. */
export const builtinPrefix = 'millrace.builtin.';

const testRequirement = z.strictObject({
  /** Test case as CI systems report it: `<namespace>.<type>.<category>`. */
  test: z.string().max(255),
  scenario: z.string().max(255).optional(),
  /** A result that did not come by then is overdue. */
  deadline: duration.default('2h'),
  /** Who must report it: a glob on the CI's name, its team or the publisher. Results of others are not counted. */
  reporter: glob.optional(),
  /** How often a test that its CI could not run is asked for again before anybody is told. */
  reruns: z.number().int().min(0).max(20).optional(),
});

const waiverRules = z.strictObject({
  /** A waiver helps when two different people have waived. */
  two_persons: z.boolean().default(false),
  /** No waiver helps longer; one without an end gets this one. */
  longest: duration.optional(),
  /** A waiver must name a ticket. */
  ticket: z.boolean().default(false),
  scopes: z
    .array(z.enum(['build', 'component', 'cascade']))
    .min(1)
    .default(['build', 'component', 'cascade']),
});

/** What a build needs of which no test is required: nothing, the build side's own checks, or a person's word. */
export const whenNoTests = z.enum(['pass', 'builtin', 'hold']);

/** What a gate is put to: each build, all builds of a tier as one subject, or all of a cascade. */
export const gateScopes = ['rebuild', 'tier', 'cascade'] as const;
export type GateScope = (typeof gateScopes)[number];

const gateFields = z.strictObject({
  id: z.string().max(100),
  /**
   * Default rebuild. Above a tier nothing starts before its gate has passed, and without a cascade's nothing lands. Both
   * are groups of builds, whatever `subject_types` says; `packages` lets in those that have a build of such a name.
   */
  scope: z.enum(gateScopes).optional(),
  decision_context: z.string().max(100).default('millrace_rebuild'),
  subject_types: z.array(z.string().max(100)).min(1).default(['koji_build']),
  /** Globs on the package's name. */
  packages: z.array(glob).min(1).default(['*']),
  excluded_packages: z.array(glob).default([]),
  rules: z.array(testRequirement).max(100),
  /** Ids of policies of Greenwave's files, whose rules hold here too. */
  policies: z.array(z.string().max(200)).max(100).optional(),
  when_no_tests: whenNoTests.optional(),
  waivers: waiverRules.optional(),
});
/** A gate of a release: which tests of which builds must pass. One that names policies needs no rules of its own. */
export const gatePolicy = z.preprocess(withRules, gateFields);
export type GatePolicy = z.infer<typeof gatePolicy>;

/** A tier and a cascade are asked about once: gates of one scope share a decision context. */
export function oneContextPerGroup(
  { gates }: { readonly gates: readonly GatePolicy[] },
  context: z.RefinementCtx,
): void {
  for (const [n, { scope = 'rebuild', decision_context }] of gates.entries()) {
    const first = gates.find((gate) => (gate.scope ?? 'rebuild') === scope)!;
    if (scope === 'rebuild' || first.decision_context === decision_context) continue;
    const message = `gates with scope ${scope} share one decision context, here '${first.decision_context}'`;
    context.addIssue({ code: 'custom', path: ['gates', n, 'decision_context'], message });
  }
}

function withRules(given: unknown): unknown {
  const isGate = typeof given === 'object' && given !== null && 'policies' in given && !('rules' in given);
  return isGate ? { ...given, rules: [] } : given;
}
