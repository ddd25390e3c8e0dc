import { z } from 'zod';
import { address } from '../order';

/** What an import of Debian's indices names. */
export const deb822Input = z.object({
  sources: z.array(address).length(1, 'the import needs one Sources (--sources)'),
  packages: z.array(address).length(1, 'the import needs one Packages (--packages)'),
  arch: z.string(),
  /** Build profiles that hold, such as `nocheck`. */
  profiles: z
    .array(z.string().regex(/^[a-z0-9.+-]{1,60}$/))
    .max(50)
    .default([]),
});
