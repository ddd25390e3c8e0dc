import type { Moment } from '@millrace/kernel';
import { z } from 'zod';
import type { ReleaseDefinition } from './release-definition';

/** How a release deals with its cascades' side tags, in build systems that have them (Koji). */
export const sideTagPolicy = z.strictObject({
  /**
   * When somebody puts a build into the base while a cascade runs: `follow`, the cascade is built with it; `pin`, what the
   * base had before is put into the side tag, where it counts first. It never lands.
   */
  base: z.enum(['follow', 'pin']).default('follow'),
  /** When somebody deletes the side tag of a running cascade: made anew with what was validated, or said and waited for. */
  when_deleted: z.enum(['recreate', 'ask']).default('recreate'),
  /** The side tag of a cascade that was given up stays for people to look at, until `millrace sidetag clean`. */
  keep_on_failure: z.boolean().default(true),
  /** Side tags of cascades that the release may have open at one time; left out: the hub's own policy alone. */
  most: z.number().int().min(1).max(1000).optional(),
});
export type SideTagPolicy = z.infer<typeof sideTagPolicy>;

/** What the definition says, with what holds where it says nothing. */
export function sideTagPolicyOf({ side_tags: said }: ReleaseDefinition): SideTagPolicy {
  return said ?? { base: 'follow', when_deleted: 'recreate', keep_on_failure: true };
}

/** A side tag: as its build system has it, and what is known of it there. */
export interface SideTag {
  readonly tag: string;
  /** The release whose build tag it is made of, or that it was adopted for. */
  readonly release: string;
  readonly cascade: string | null;
  /** A cascade builds in it, or one build beside a cascade; `former`: one did; `none`: nothing here knows of it. */
  readonly use: 'cascade' | 'beside' | 'former' | 'none';
  /** false: it is remembered here, and the build system has it no longer. */
  readonly there: boolean;
  /** How its place was closed; null: it is open, or there is none. */
  readonly closed: 'landed' | 'kept' | 'cancelled' | null;
  readonly adopted: boolean;
  readonly owner: string | null;
  /** Its owner is the account that we log in with. */
  readonly own: boolean;
  readonly base: string;
  readonly builds: number;
  /** NVRs that would be in no place of the release any more if it were removed, the first of them. */
  readonly unlanded: readonly string[];
  readonly createdAt: Moment | null;
}

/**
 * `open`: a cascade builds there. `beside`: one build of an open cascade does, with macros of its own. `kept`: its cascade
 * is complete and has not landed. `landed`, `cancelled`: it has ended so. `deleted`: somebody deleted it under its cascade.
 * `former`: its cascade builds elsewhere now. `unclaimed`: nothing here knows of it. `foreign`: somebody else's.
 */
export const sideTagStates = [
  'open',
  'beside',
  'kept',
  'landed',
  'cancelled',
  'deleted',
  'former',
  'unclaimed',
  'foreign',
] as const;
export type SideTagState = (typeof sideTagStates)[number];
