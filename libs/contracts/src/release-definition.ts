import { z } from 'zod';
import { budgets } from './budgets';
import { releaseName } from './common';
import { composePolicy } from './compose-policy';
import { componentPolicy, type ComponentPolicy } from './component-policies';
import { componentIdSchema } from './contents';
import { glob, globMatches } from './definition-words';
import { failurePatterns, retries } from './failure-patterns';
import { follow, followsAnother } from './follow';
import { gatePolicy, oneContextPerGroup, whenNoTests } from './gate-policy';
import { landingPolicy } from './landing';
import { nvrFields, placeOfPullRequests, pushFields } from './new-nvrs';
import { sideTagPolicy } from './side-tags';
import { freezes, triggers } from './triggers';

const gitSource = z.strictObject({
  /** A folder of repositories, one per component (`<git>/<name>`), or an address with `{name}` in it. */
  git: z.string().max(1024),
  branch: z.string().max(200).default('main'),
  /** The same repositories as a forge names them in its webhooks, where that differs; as `git`. */
  web: z.string().max(1024).optional(),
  ...pushFields,
});

const ownership = z.strictObject({
  components: z.array(glob).min(1),
  /** Names of `people`. */
  people: z.array(z.string().max(100)).min(1),
});

/** Names of build systems: the scheduler's settings say which there are. */
export const buildSystemName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no name of a build system, e.g. local-rpm or koji');

const builtTypes = z.enum(['rpm', 'module', 'container', 'image']);

/** Module -> streams. */
const streams = z.record(z.string().max(100), z.array(z.string().max(100)).min(1).max(20));

/** Where a component type is built, in build systems that have such a thing (Koji, MBS). */
const buildTarget = z.strictObject({
  /** Koji: the build target. Its build tag is what side tags are made of. */
  target: z.string().max(200).default(''),
  /** Koji: where validated builds go when the cascade lands; empty: the target's destination tag. */
  tag: z.string().max(200).default(''),
  /** Koji: each cascade in a side tag of its own, or all in the given target. */
  isolation: z.enum(['side-tag', 'target']).default('side-tag'),
  /** Koji: builds are drafts until they are promoted. */
  drafts: z.boolean().default(false),
  /** When drafts become final: once their gate has passed, or when the cascade lands. */
  promote: z.enum(['gate', 'land']).default('land'),
  /** Koji: the channel of builders, where it is not the default one. */
  channel: z.string().max(100).optional(),
  /** Koji: added to the task's priority; below 0 needs the hub's permission. */
  priority: z.number().int().min(-20).max(100).optional(),
  /** Containers: address of a .repo file with the cascade's validated builds; `{tag}` and `{repo}` are replaced. */
  repo_file: z.string().max(1024).optional(),
  /** Images: the hub's method, and its arguments, in which `{source}`, `{target}` and `{name}` are replaced. */
  call: z
    .strictObject({
      method: z.string().regex(/^[A-Za-z][A-Za-z0-9.]{0,99}$/),
      arguments: z.array(z.unknown()).max(20),
    })
    .optional(),
  /** MBS: which components of a module are built anew. */
  rebuild_strategy: z.enum(['all', 'changed-and-after', 'only-changed']).optional(),
  /** MBS: streams that replace those of the modulemd, e.g. `{ platform: [f44] }`: one build per expansion. */
  buildrequire_overrides: streams.optional(),
  require_overrides: streams.optional(),
  /** MBS: the module build, by id or NSVC, whose components are used again. */
  reuse_components_from: z.union([z.number().int().positive(), z.string().max(300)]).optional(),
});

const fields = z.strictObject({
  release: releaseName,
  title: z.string().max(200),
  mode: z.enum(['observe', 'approve', 'act']).default('observe'),
  product_version: z.string().max(100),
  /** Which build system builds which component type: `local-rpm`, or a name of the scheduler's setting `build_systems`. */
  build_systems: z.partialRecord(builtTypes, buildSystemName),
  /** Where each type is built, in build systems that are not local. */
  build_targets: z.partialRecord(builtTypes, buildTarget).optional(),
  /** Where the sources of each component type are; the graph's build side comes from them. */
  sources: z.partialRecord(builtTypes, gitSource),
  /** Stacks are assembled: name -> what it contains. */
  stacks: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/), z.array(componentIdSchema).min(1)).default({}),
  scope: z.enum(['capability', 'direct']).default('capability'),
  /**
   * With scope capability: the plan of a change has all that it reaches from the beginning, as builds and runtimes go
   * (`linked`: who needs it for both; `transitive`: everybody above). Who turns out to use nothing that changed is left
   * out then. Absent: who lost something joins when that is known.
   */
  reach: z.enum(['linked', 'transitive']).optional(),
  pace: z.enum(['flow', 'lockstep']).default('flow'),
  /** Which module streams an impact may rebuild: every combination of streams would be beyond any build system. */
  module_streams: z
    .strictObject({
      /** Globs on `name:stream`; absent: every one. */
      supported: z.array(glob).min(1).optional(),
      /** Streams of one module that one impact rebuilds at most; the later ones by name are kept. */
      most: z.number().int().min(1).max(1000).optional(),
      /** Streams whose life ends: from that day on they are not rebuilt. */
      ends: z.array(z.strictObject({ match: glob, on: z.iso.date() })).optional(),
    })
    .optional(),
  /** Dependencies on these capabilities or components never propagate. Globs. */
  tools: z.array(glob).default([]),
  /** Dependencies on these capabilities propagate on any change of content. Globs. */
  embedding: z.array(glob).default(['*-static']),
  knots: z.enum(['once', 'twice', 'manual']).default('once'),
  /** A rebuild whose needs all offer what it uses as before is left out; default true. Never for security changes. */
  cut_off: z.boolean().optional(),
  /** A component that changes again while a cascade builds it is folded into that cascade. */
  folding: z
    .strictObject({
      /** Times that one component is built in a cascade at most. */
      generations: z.number().int().min(1).max(10).default(2),
      /** Share of the cascade's rebuilds that may be done; beyond it a change waits for the next cascade. */
      until: z.number().min(0).max(1).default(0.8),
    })
    .optional(),
  canaries: z
    .strictObject({
      /** Rebuilds of a cascade that run at one time at first; doubled as they end. 0: no slow start. */
      first: z.number().int().min(0).max(1000).default(4),
      /** A cascade holds itself when more than this share of its rebuilds fail that were well before. */
      stop_loss: z.number().min(0).max(1).default(0.5),
      /** Rebuilds that must have ended before that is judged. */
      least: z.number().int().min(1).max(10_000).default(10),
    })
    .optional(),
  /** What lines of failed builds' logs mean, before the build system's own guess. */
  failure_patterns: failurePatterns.optional(),
  /** How often failures that are nobody's are tried again. */
  retries: retries.optional(),
  /** Builds of this release at one time; the build system's own limit holds too. */
  capacity: z.number().int().min(1).max(10_000).default(2),
  ...nvrFields,
  /** What starts a cascade by itself, and when. */
  triggers: triggers.default({ lull: '0s' }),
  /** Times in which nothing new starts, or nothing lands. */
  freezes: freezes.optional(),
  /** What cascades may cost, and what is left to people. */
  budgets: budgets.optional(),
  /** Releases whose landed builds are rebuilt here. */
  follow: follow.optional(),
  gates: z.array(gatePolicy).max(200),
  /** For builds that no gate requires a test of; default builtin. */
  when_no_tests: whenNoTests.optional(),
  people: z.record(z.string().max(100), z.strictObject({ mail: z.email() })),
  owners: z.array(ownership),
  /** Told about infrastructure and about what has no owner. Names of `people`. */
  releng: z.array(z.string().max(100)).min(1),
  components: z.array(componentPolicy).default([]),
  landing: z.enum(['automatic', 'manual']).default('manual'),
  /** How it lands. */
  landing_policy: landingPolicy.optional(),
  /** How it deals with its cascades' side tags. */
  side_tags: sideTagPolicy.optional(),
  compose: composePolicy.optional(),
});

/** A release, whole: one YAML file in git. Read through the scheduler by every service. */
export const releaseDefinition = fields
  .superRefine(nameKnownPeople)
  .superRefine(reachOfCapabilities)
  .superRefine(placeOfPullRequests)
  .superRefine(oneContextPerGroup)
  .superRefine(followsAnother);
export type ReleaseDefinition = z.infer<typeof releaseDefinition>;
export type BuildTarget = z.infer<typeof buildTarget>;

/** Direct dependants are built whatever changed: nothing that is only reached could be left out. */
function reachOfCapabilities({ reach, scope }: z.output<typeof fields>, context: z.RefinementCtx): void {
  const message = 'reach needs scope: capability; with scope: direct everybody who depends directly is built anyway';
  if (reach !== undefined && scope === 'direct') context.addIssue({ code: 'custom', path: ['reach'], message });
}

/** A name with a typo would be told nothing, and nobody would know. */
function nameKnownPeople({ people, owners, releng }: z.output<typeof fields>, context: z.RefinementCtx): void {
  const named = [
    ...owners.flatMap((owner, n) => owner.people.map((name, i) => ({ name, path: ['owners', n, 'people', i] }))),
    ...releng.map((name, i) => ({ name, path: ['releng', i] })),
  ];
  for (const { name, path } of named) {
    if (!Object.hasOwn(people, name)) context.addIssue({ code: 'custom', path, message: `'${name}' is not in people` });
  }
}

/** Names of the people who own a component; empty when nobody does. */
export function ownersOf(definition: ReleaseDefinition, component: string): readonly string[] {
  const names = definition.owners
    .filter((o) => o.components.some((g) => globMatches(g, component)))
    .flatMap((o) => o.people);
  return [...new Set(names)];
}

/** What the scheduler goes by where the definition does not say. */
export function foldingOf({ folding }: ReleaseDefinition): NonNullable<ReleaseDefinition['folding']> {
  return folding ?? { generations: 2, until: 0.8 };
}

export function canariesOf({ canaries }: ReleaseDefinition): NonNullable<ReleaseDefinition['canaries']> {
  return canaries ?? { first: 4, stop_loss: 0.5, least: 10 };
}

export function retriesOf({ retries: said }: ReleaseDefinition): NonNullable<ReleaseDefinition['retries']> {
  return said ?? { attempts: 3, pause: '2s', budget: 500, freed_per_day: 2 };
}

export function policyOf(definition: ReleaseDefinition, component: string): ComponentPolicy | null {
  return definition.components.find((c) => c.match.some((g) => globMatches(g, component))) ?? null;
}
