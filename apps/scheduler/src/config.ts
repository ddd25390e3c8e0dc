import { z } from 'zod';

export const config = z.object({
  /** The local builder's folder; by default `build-systems/local-rpm` in the scheduler's own folder. */
  builds: z.string().default(''),
  /** Builds that the local builder runs at one time. */
  capacity: z.coerce.number().int().min(1).max(256).default(2),
  /** PATH of rpmbuild, dnf, createrepo_c and bwrap; empty: the usual system folders. */
  toolchain: z.string().default(''),
});
export type SchedulerConfig = z.output<typeof config>;
