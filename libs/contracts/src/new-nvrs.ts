import { z } from 'zod';
import { releaseName } from './common';
import { globMatches } from './definition-words';

/**
 * How a rebuild gets an NVR of its own. `commit`: Release and changelog are bumped by a commit to its repository;
 * `dist`: the builder's dist suffix makes it; `none`: the build system makes releases.
 */
export const nvrStrategies = ['commit', 'dist', 'none'] as const;
export const nvrStrategy = z.enum(nvrStrategies);
export type NvrStrategy = z.infer<typeof nvrStrategy>;

export const unbuiltRules = ['ask', 'take', 'skip'] as const;
const unbuiltRule = z.enum(unbuiltRules);
export type UnbuiltRule = z.infer<typeof unbuiltRule>;

/** Of a release definition. */
export const nvrFields = {
  /** How rebuilds get an NVR of their own, where a component's policy says nothing else; default none. */
  nvr: nvrStrategy.optional(),
  /** What a rebuild is made from: the commit that was built last, or the head of its branch (default). */
  source: z.enum(['last-built', 'head']).optional(),
  /** As `when_unbuilt`, in the words of before: ask or take. */
  unbuilt: z.enum(['ask', 'take'], 'is ask or take; when_unbuilt knows skip, too').optional(),
  /**
   * When the head has commits of others that were never built: the rebuild asks (it fails, and names them), takes them
   * along, or is left out (skip); default by `source`: ask with `last-built`, else take.
   */
  when_unbuilt: unbuiltRule.optional(),
  /** What `%dist` is where it is built, e.g. `.fc43`: with it NVRs are foreseen and checked before a bump. */
  dist: z
    .string()
    .max(50)
    .regex(/^(\.[A-Za-z0-9_+~^]+)+$/, 'is no dist, e.g. .fc43')
    .optional(),
  /** Releases that users go on to from here: a rebuild is never newer than what those have. */
  next_releases: z.array(releaseName).max(20).optional(),
} as const;

/** Of a source: how bumps come into its repositories. */
export const pushFields = {
  /** Pushed to the branch (default), or proposed to people where the branch is protected. */
  push: z.enum(['direct', 'pull-request']).optional(),
  /** Where bumps are pushed when sources are read elsewhere, as `git`: `ssh://git@src.example.org/rpms/{name}`. */
  push_to: z.string().max(1024).optional(),
  /** Of pull requests: a name of the scheduler's setting `forges`. */
  forge: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no name of a forge, e.g. fedora')
    .optional(),
  /** Of pull requests: the repository as the forge names it; `{name}` is replaced, e.g. `rpms/{name}`. */
  project: z.string().max(300).optional(),
} as const;

interface Strategies {
  readonly nvr?: NvrStrategy | undefined;
  readonly components: readonly { readonly match: readonly string[]; readonly nvr?: NvrStrategy | undefined }[];
}

/** The first policy of the component that names a strategy, else the release's, else none. */
export function nvrStrategyOf({ nvr, components }: Strategies, component: string): NvrStrategy {
  const own = components.find((one) => one.nvr !== undefined && one.match.some((g) => globMatches(g, component)));
  return own?.nvr ?? nvr ?? 'none';
}

/** What becomes of commits that were never built when a rebuild is bumped. */
export function unbuiltRuleOf(definition: {
  readonly source?: 'last-built' | 'head' | undefined;
  readonly unbuilt?: 'ask' | 'take' | undefined;
  readonly when_unbuilt?: UnbuiltRule | undefined;
}): UnbuiltRule {
  return definition.when_unbuilt ?? definition.unbuilt ?? (definition.source === 'last-built' ? 'ask' : 'take');
}

interface Pushing {
  readonly sources: Readonly<
    Partial<
      Record<
        string,
        {
          readonly push?: string | undefined;
          readonly forge?: string | undefined;
          readonly project?: string | undefined;
        }
      >
    >
  >;
}

/** A pull request needs a place: without one every bump would fail, one by one. */
export function placeOfPullRequests({ sources }: Pushing, context: z.RefinementCtx): void {
  for (const [type, source] of Object.entries(sources)) {
    if (source?.push !== 'pull-request') continue;
    for (const key of ['forge', 'project'] as const) {
      const message = `push: pull-request needs a ${key}`;
      if (source[key] === undefined) context.addIssue({ code: 'custom', path: ['sources', type, key], message });
    }
  }
}
