import { z } from 'zod';
import { streamPolicyInput } from '../modulemd/schema';
import { address, some } from '../order';

/** What an import of rpm-md repositories names. */
export const rpmMdInput = streamPolicyInput.extend({
  /** Repositories of source packages. */
  sources: z.array(address).max(100).default([]),
  /** Repositories of binary packages. `#priority=N` behind an address says how much it counts: the lower the more. */
  packages: some('a repository of binary packages (--packages)'),
  /** Only these architectures, and noarch; empty: every one that the repositories have. */
  arches: z.array(z.string()).default([]),
  /** Reads the packages themselves: ELF symbols, header and macro files, on which architectures sources are built. */
  deep: z.boolean().default(false),
});
export type RpmMdInput = z.infer<typeof rpmMdInput>;

/** dnf's own: what counts when nothing is said. */
const usualPriority = 99;

/** An address, and the priority of its repository. */
export function prioritized(written: string): { readonly address: string; readonly priority: number } {
  const found = /^(.*)#priority=(\d{1,5})$/.exec(written);
  return found ? { address: found[1]!, priority: Number(found[2]) } : { address: written, priority: usualPriority };
}
