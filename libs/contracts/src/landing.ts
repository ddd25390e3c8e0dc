import { z } from 'zod';
import { bodhiUpdate } from './bodhi-update';
import { duration } from './definition-words';
import type { ReleaseDefinition } from './release-definition';

/** Who brings builds into a release: its build system itself (`local`, `koji-tag`), or an update in Bodhi. */
export const landingAdapters = ['local', 'koji-tag', 'bodhi'] as const;
export type LandingAdapterName = (typeof landingAdapters)[number];

/** How the cascades of a release land, beside `landing`, which says when. */
export const landingPolicy = z.strictObject({
  /** Default: what the build system of each component can do. */
  adapter: z.enum(landingAdapters).optional(),
  /** `person`: what was checked waits until somebody says `millrace cascade land`. */
  approval: z.enum(['none', 'person']).default('none'),
  /** What becomes of requirements that the landing would break. */
  closure: z.enum(['refuse', 'warn', 'off']).default('refuse'),
  /** What the update says, where it lands by one. */
  bodhi: bodhiUpdate.optional(),
  /** How long a cascade may take from its start until it lands. */
  deadline: duration.optional(),
  /** What happens then: somebody is asked, what can go lands without the rest, or the cascade is given up. */
  then: z.enum(['ask', 'partial', 'drop']).default('ask'),
});
export type LandingPolicy = z.infer<typeof landingPolicy>;

/**
 * `planned`: it waits for its checks, or for a person. `checked`: nothing stands in its way; it waits for approval.
 * `approved`: it begins. `landing`: builds go into the release, or back where one of them could not go. `landed`: all are
 * there. `refused`: the release is as it was. `reverting`, `reverted`: what had landed is taken back.
 */
export const landingStates = [
  'planned',
  'checked',
  'approved',
  'landing',
  'landed',
  'refused',
  'reverting',
  'reverted',
] as const;
export type LandingState = (typeof landingStates)[number];

export const landingFindingKinds = [
  /** A rebuild that failed, was rejected, or never started. */
  'not-validated',
  /** Its verdict turned, or what it was built on is in doubt. */
  'doubtful',
  /** It was taken out of its place, deleted, or its package blocked. */
  'withdrawn',
  /** A person took it out of the release, or out of the cascade's place: it is never put back. */
  'untagged',
  /** The release has something newer. */
  'newer-in-base',
  /** Its final NVR is taken by another build. */
  'nvr-taken',
  /** Its waiver lapsed, or its gate says no now. */
  'verdict',
  /** Something in the release could not be installed any more. */
  'closure',
  /** A release that users go on to has something older. */
  'upgrade-path',
  /** It was built on something that stays behind. */
  'needs-staying',
  'other',
] as const;
export type LandingFindingKind = (typeof landingFindingKinds)[number];

export const landingFinding = z.object({
  kind: z.enum(landingFindingKinds),
  component: z.string().max(256),
  nvr: z.string().nullable(),
  because: z.string().max(1000),
  remedy: z.string().max(1000),
  /** It keeps the landing from happening; false: only worth knowing. */
  blocks: z.boolean(),
});
export type LandingFinding = z.infer<typeof landingFinding>;

/** What the definition says, with what holds where it says nothing. */
export function landingPolicyOf({ landing_policy: said }: ReleaseDefinition): LandingPolicy {
  return said ?? { approval: 'none', closure: 'refuse', then: 'ask' };
}
