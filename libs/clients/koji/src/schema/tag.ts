import { z } from 'zod';
import { eventId, stamp, taskId } from './ids';

export const tag = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  arches: z.string().nullish(),
  locked: z.boolean().nullish(),
  extra: z.looseObject({}).nullish(),
});
export type Tag = z.infer<typeof tag>;

/** May, could override a refusal, why not. */
export const tagAccess = z
  .tuple([z.boolean(), z.boolean(), z.string().nullish()])
  .transform(([may, , because]) => ({ may, because: because ?? '' }));

export const channel = z.looseObject({ id: z.number().int(), name: z.string(), enabled: z.boolean().nullish() });

export const target = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  build_tag: z.number().int(),
  build_tag_name: z.string(),
  dest_tag: z.number().int(),
  dest_tag_name: z.string(),
});
export type Target = z.infer<typeof target>;

export const sideTag = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  task_id: taskId.nullish(),
  /** Of listSideTags. */
  user_name: z.string().nullish(),
});
export type SideTag = z.infer<typeof sideTag>;

export const packageEntry = z.looseObject({
  package_name: z.string(),
  tag_name: z.string().nullish(),
  blocked: z.boolean().nullish(),
  owner_name: z.string().nullish(),
});

export const user = z.looseObject({ id: z.number().int(), name: z.string() });
export type User = z.infer<typeof user>;

export const event = z.looseObject({ id: eventId, ts: z.number() });

/** tag_config of queryHistory: when a tag was made, and when it was deleted. */
export const tagConfig = z.looseObject({
  create_event: eventId,
  revoke_event: eventId.nullish(),
  create_ts: stamp,
  revoker_name: z.string().nullish(),
});
