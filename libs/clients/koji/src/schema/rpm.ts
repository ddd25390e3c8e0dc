import { z } from 'zod';
import { buildId } from './ids';

export const rpm = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  version: z.string(),
  release: z.string(),
  epoch: z.union([z.number(), z.string()]).nullish(),
  arch: z.string(),
  nvr: z.string().optional(),
  build_id: buildId.nullish(),
  buildroot_id: z.number().int().nullish(),
  size: z.number().nullish(),
  payloadhash: z.string().nullish(),
  external_repo_name: z.string().nullish(),
});
export type Rpm = z.infer<typeof rpm>;

/** koji.DEP_*: type 0 requires, 1 provides, 2 obsoletes, 3 conflicts and later ones; flags are RPM's sense bits. */
export const rpmDep = z.looseObject({
  name: z.string(),
  version: z.string().nullish(),
  flags: z.number().int(),
  type: z.number().int(),
});
export type RpmDep = z.infer<typeof rpmDep>;

export const buildroot = z.looseObject({
  id: z.number().int(),
  arch: z.string().nullish(),
  task_id: z.number().int().nullish(),
  repo_id: z.number().int().nullish(),
  tag_name: z.string().nullish(),
  repo_create_event_id: z.number().int().nullish(),
});

export const upload = z.looseObject({
  size: z.union([z.number(), z.string().regex(/^\d+$/)]),
  hexdigest: z.string().nullish(),
});

export const channelHost = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  arches: z.string().nullish(),
  enabled: z.boolean(),
  ready: z.boolean(),
  capacity: z.number().nullish(),
  task_load: z.number().nullish(),
});
export type Host = z.infer<typeof channelHost>;
