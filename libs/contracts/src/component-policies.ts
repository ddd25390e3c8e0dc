import { z } from 'zod';
import { glob, globMatches } from './definition-words';
import { whenNoTests } from './gate-policy';
import { nvrStrategy } from './new-nvrs';
import type { ReleaseDefinition } from './release-definition';

/** What a release says of some of its components, with the reason and whose it is. */
export const componentPolicy = z.strictObject({
  /** Globs on component ids. */
  match: z.array(glob).min(1),
  policy: z.enum(['normal', 'never', 'manual', 'excluded']).default('normal'),
  /** It leaves the graph: nothing that it gives counts, it is not rebuilt, and who still needs it is listed. */
  status: z.enum(['retired', 'blocked']).optional(),
  /** Macros of a knot's first pass, e.g. {"_with_bootstrap": "1"}. */
  bootstrap: z.strictObject({ macros: z.record(z.string().max(100), z.string().max(200)) }).optional(),
  priority: z.number().int().min(-100).max(100).default(0),
  /** Dependencies on it never propagate, as with `tools`. */
  tool: z.literal(true).optional(),
  /** Who builds with it takes a copy of it: a new build of it reaches them, as with `embedding`. */
  embedding: z.literal(true).optional(),
  /** Architectures that it is built for; left out: all. What it offers, needs or loses elsewhere does not count. */
  architectures: z
    .array(z.string().regex(/^[a-z0-9_]{1,20}$/, 'is no architecture, e.g. x86_64'))
    .min(1)
    .optional(),
  /** For its builds that no gate requires a test of, before what gates and the release say. */
  when_no_tests: whenNoTests.optional(),
  /** How its rebuilds get an NVR of their own, where that differs from the release's. */
  nvr: nvrStrategy.optional(),
  reason: z.string().min(1).max(500),
  owner: z.string().max(200).optional(),
});
export type ComponentPolicy = z.infer<typeof componentPolicy>;

type Policies = Pick<ReleaseDefinition, 'components'>;

/** Globs on components and capabilities on which dependencies never propagate: the release's, and those of policies. */
export function toolsOf({ tools, components }: Policies & Pick<ReleaseDefinition, 'tools'>): readonly string[] {
  return [...tools, ...components.filter((one) => one.tool === true).flatMap((one) => one.match)];
}

/** Who builds with this component takes a copy of it. */
export function isEmbeddedComponent({ components }: Policies, component: string): boolean {
  return components.some((one) => one.embedding === true && one.match.some((glob) => globMatches(glob, component)));
}

/** Is a component built for an architecture? The first policy that names architectures decides; `noarch` is all of them. */
export function isBuiltFor({ components }: Policies, component: string, arch: string): boolean {
  if (arch === 'noarch') return true;
  const said = components.filter((one) => one.architectures !== undefined);
  const policy = said.find((one) => one.match.some((glob) => globMatches(glob, component)));
  return policy?.architectures?.includes(arch) ?? true;
}

/** What a policy says of a component's builds without tests; the first one that says so decides. null: none does. */
export function whenNoTestsOf({ components }: Policies, component: string): z.infer<typeof whenNoTests> | null {
  const said = components.filter((one) => one.when_no_tests !== undefined);
  return said.find((one) => one.match.some((glob) => globMatches(glob, component)))?.when_no_tests ?? null;
}
