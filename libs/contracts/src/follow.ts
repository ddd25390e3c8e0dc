import { z } from 'zod';
import { releaseName } from './common';
import { componentIdSchema } from './contents';
import { duration, glob } from './definition-words';

/** Another release whose landed builds are rebuilt here, from the same commits. */
export const follow = z
  .array(
    z.strictObject({
      release: releaseName,
      /** Globs on the other release's component ids. */
      components: z.array(glob).min(1).max(1000).default(['*']),
      exclude: z.array(glob).min(1).max(1000).optional(),
      /** The other release's component -> what it is called here. */
      names: z.record(componentIdSchema, componentIdSchema).optional(),
      /** What lands within this time of each other becomes one cascade. */
      lull: duration.default('10m'),
      /** At the latest after this time; by default ten times the lull. */
      lull_max: duration.optional(),
      /**
       * What becomes of it here when it is taken back there: a person is asked (default), it is rebuilt from what that
       * release has again, or it stays. Said in each case.
       */
      when_reverted: z.enum(['ask', 'rebuild', 'leave']).optional(),
      urgency: z.enum(['normal', 'background']).default('normal'),
    }),
  )
  .max(20);
export type Follow = z.infer<typeof follow>[number];

interface Following {
  readonly release: string;
  readonly follow?: readonly { readonly release: string }[] | undefined;
}

/** A release that followed itself would rebuild its own rebuilds for ever. */
export function followsAnother({ release, follow: followed = [] }: Following, context: z.RefinementCtx): void {
  for (const [n, one] of followed.entries()) {
    if (one.release !== release) continue;
    context.addIssue({ code: 'custom', path: ['follow', n, 'release'], message: 'a release cannot follow itself' });
  }
}

/** The ring of releases that follow one another, beginning and ending with `release`; null: there is none. */
export function followRing(definitions: readonly Following[], release: string): readonly string[] | null {
  const above = new Map(definitions.map((one) => [one.release, (one.follow ?? []).map((other) => other.release)]));
  const seen = new Set<string>();
  const search = (path: readonly string[]): readonly string[] | null => {
    for (const next of above.get(path.at(-1)!) ?? []) {
      if (next === release) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = search([...path, next]);
      if (found) return found;
    }
    return null;
  };
  return search([release]);
}
