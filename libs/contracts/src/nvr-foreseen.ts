import { z } from 'zod';
import { nvrStrategy, unbuiltRules } from './new-nvrs';

/** How a rebuild will be called, as far as it can be foreseen now, and what would stop it. */
export const nvrForeseen = z.object({
  strategy: nvrStrategy,
  /** `name-version-release`; null: it cannot be foreseen. */
  nvr: z.string().nullable(),
  /** How it is made, or why it is not foreseen. */
  because: z.string(),
  /** What refuses this rebuild as things stand: a taken NVR, a spec that cannot be bumped, a broken upgrade path. */
  refused: z.object({ code: z.string(), because: z.string(), remedy: z.string().optional() }).nullable(),
  /** What the head has beyond the commit that was built last; null: nothing of others. */
  unbuilt: z
    .object({
      count: z.number().int(),
      /** The newest, at most ten. */
      commits: z.array(z.object({ commit: z.string(), subject: z.string(), author: z.string(), at: z.string() })),
      /** What becomes of them by the release's rule; `leave`: what was built last is built again, without them. */
      then: z.enum([...unbuiltRules, 'leave']),
    })
    .nullable(),
});
export type NvrForeseen = z.infer<typeof nvrForeseen>;
