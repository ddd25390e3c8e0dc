import { z } from 'zod';
import { streamPolicyInput } from '../modulemd/schema';
import { address } from '../order';

/** What an import of rpm-md repositories names. */
const named = streamPolicyInput.extend({
  /**
   * Repositories, of binary packages, of sources, or both: packages tell what they are. `#priority=N` behind an address
   * says how much it counts: the lower the more.
   */
  sources: z.array(address).max(100).default([]),
  packages: z.array(address).max(100).default([]),
  /** Only these architectures, and noarch; empty: every one that the repositories have. */
  arches: z.array(z.string()).default([]),
  /** Reads the packages themselves: ELF symbols, header and macro files, on which architectures sources are built. */
  deep: z.boolean().default(false),
});

export const rpmMdInput = named.refine(
  ({ sources, packages }) => sources.length + packages.length > 0,
  'the import needs a repository (--packages)',
);
export type RpmMdInput = z.infer<typeof rpmMdInput>;

/** dnf's own: what counts when nothing is said. */
const usualPriority = 99;

/** An address, and the priority of its repository. */
export function prioritized(written: string): { readonly address: string; readonly priority: number } {
  const found = /^(.*)#priority=(\d{1,5})$/.exec(written);
  return found ? { address: found[1]!, priority: Number(found[2]) } : { address: written, priority: usualPriority };
}
