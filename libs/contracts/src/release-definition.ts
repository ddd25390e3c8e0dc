import { z } from 'zod';
import { releaseName } from './common';
import { componentIdSchema } from './contents';
import { duration, glob, globMatches } from './definition-words';
import { freezes, triggers } from './triggers';

const gitSource = z.strictObject({
  /** A folder of repositories, one per component (`<git>/<name>`), or an address with `{name}` in it. */
  git: z.string().max(1024),
  branch: z.string().max(200).default('main'),
  /** The same repositories as a forge names them in its webhooks, where that differs; as `git`. */
  web: z.string().max(1024).optional(),
});

const testRequirement = z.strictObject({
  /** Test case as CI systems report it: `<namespace>.<type>.<category>`. */
  test: z.string().max(255),
  scenario: z.string().max(255).optional(),
  /** A result that did not come by then is overdue. */
  deadline: duration.default('2h'),
});

const gatePolicy = z.strictObject({
  id: z.string().max(100),
  decision_context: z.string().max(100).default('millrace_rebuild'),
  subject_types: z.array(z.string().max(100)).min(1).default(['koji_build']),
  /** Globs on the package's name. */
  packages: z.array(glob).min(1).default(['*']),
  excluded_packages: z.array(glob).default([]),
  rules: z.array(testRequirement).max(100),
});

const componentPolicy = z.strictObject({
  /** Globs on component ids. */
  match: z.array(glob).min(1),
  policy: z.enum(['normal', 'never', 'manual', 'excluded']).default('normal'),
  /** Macros of a knot's first pass, e.g. {"_with_bootstrap": "1"}. */
  bootstrap: z.strictObject({ macros: z.record(z.string().max(100), z.string().max(200)) }).optional(),
  priority: z.number().int().min(-100).max(100).default(0),
  reason: z.string().min(1).max(500),
  owner: z.string().max(200).optional(),
});

const ownership = z.strictObject({
  components: z.array(glob).min(1),
  /** Names of `people`. */
  people: z.array(z.string().max(100)).min(1),
});

const fields = z.strictObject({
  release: releaseName,
  title: z.string().max(200),
  mode: z.enum(['observe', 'approve', 'act']).default('observe'),
  product_version: z.string().max(100),
  /** Which build system builds which component type. */
  build_systems: z.partialRecord(z.enum(['rpm', 'module', 'container', 'image']), z.enum(['local-rpm'])),
  /** Where the sources of each component type are; the graph's build side comes from them. */
  sources: z.partialRecord(z.enum(['rpm', 'module', 'container', 'image']), gitSource),
  /** Stacks are assembled: name -> what it contains. */
  stacks: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/), z.array(componentIdSchema).min(1)).default({}),
  scope: z.enum(['capability', 'direct']).default('capability'),
  pace: z.enum(['flow', 'lockstep']).default('flow'),
  /** Dependencies on these capabilities or components never propagate. Globs. */
  tools: z.array(glob).default([]),
  /** Dependencies on these capabilities propagate on any change of content. Globs. */
  embedding: z.array(glob).default(['*-static']),
  knots: z.enum(['once', 'twice', 'manual']).default('once'),
  /** Builds of this release at one time; the build system's own limit holds too. */
  capacity: z.number().int().min(1).max(10_000).default(2),
  /** What starts a cascade by itself, and when. */
  triggers: triggers.default({ lull: '0s' }),
  /** Times in which nothing new starts, or nothing lands. */
  freezes: freezes.optional(),
  gates: z.array(gatePolicy).max(200),
  people: z.record(z.string().max(100), z.strictObject({ mail: z.email() })),
  owners: z.array(ownership),
  /** Told about infrastructure and about what has no owner. Names of `people`. */
  releng: z.array(z.string().max(100)).min(1),
  components: z.array(componentPolicy).default([]),
  landing: z.enum(['automatic', 'manual']).default('manual'),
  compose: z
    .strictObject({
      automatic: z.boolean().default(false),
      /** productmd short name and version, e.g. `Minidistro` and `1`. */
      short: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
      version: z.string().max(50),
      type: z.enum(['production', 'nightly', 'test', 'ci', 'development']).default('nightly'),
      variant: z
        .string()
        .regex(/^[A-Za-z0-9]+$/)
        .default('Everything'),
      /** Components to harvest; globs. */
      include: z.array(glob).default(['rpm/*', 'module/*', 'container/*', 'image/*']),
    })
    .optional(),
});

/** A release, whole: one YAML file in git. Read through the scheduler by every service. */
export const releaseDefinition = fields.superRefine(nameKnownPeople);
export type ReleaseDefinition = z.infer<typeof releaseDefinition>;
export type GatePolicy = z.infer<typeof gatePolicy>;
export type ComponentPolicy = z.infer<typeof componentPolicy>;

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

export function policyOf(definition: ReleaseDefinition, component: string): ComponentPolicy | null {
  return definition.components.find((c) => c.match.some((g) => globMatches(g, component))) ?? null;
}
