import { z } from 'zod';
import { buildId, eventId, stamp, taskId } from './ids';

export const buildStates = ['BUILDING', 'COMPLETE', 'DELETED', 'FAILED', 'CANCELED'] as const;
export type BuildState = (typeof buildStates)[number];

export const buildState = z
  .number()
  .int()
  .min(0)
  .max(4)
  .transform((n) => buildStates[n]!);

/** getBuild, listBuilds and listTagged rows: the last lacks `extra` and `source`, and has the tag. */
export const build = z.looseObject({
  build_id: buildId,
  nvr: z.string(),
  name: z.string(),
  version: z.string(),
  release: z.string(),
  epoch: z.union([z.number(), z.string()]).nullish(),
  state: buildState,
  task_id: taskId.nullish(),
  owner_name: z.string().nullish(),
  source: z.string().nullish(),
  extra: z.looseObject({}).nullish(),
  draft: z.boolean().nullish(),
  creation_event_id: eventId.nullish(),
  creation_ts: stamp,
  start_ts: stamp,
  completion_ts: stamp,
  volume_name: z.string().nullish(),
});
export type Build = z.infer<typeof build>;

export const taggedBuild = build.extend({ tag_id: z.number().int(), tag_name: z.string(), create_event: eventId });
export type TaggedBuild = z.infer<typeof taggedBuild>;

/** tag_listing of queryHistory: a build that was put into a tag, and the event that took it out again. */
export const tagging = z.looseObject({
  build_id: buildId,
  tag_id: z.number().int(),
  create_event: eventId,
  revoke_event: eventId.nullish(),
  'tag.name': z.string(),
  name: z.string(),
  version: z.string(),
  release: z.string(),
  creator_name: z.string().nullish(),
  revoker_name: z.string().nullish(),
});
export type Tagging = z.infer<typeof tagging>;

/** tag_packages of queryHistory. */
export const listing = z.looseObject({
  'package.name': z.string(),
  'tag.name': z.string().nullish(),
  create_event: eventId,
  revoke_event: eventId.nullish(),
  blocked: z.boolean().nullish(),
  creator_name: z.string().nullish(),
});
export type Listing = z.infer<typeof listing>;

export const history = z.looseObject({
  tag_listing: z.array(tagging).default([]),
  tag_packages: z.array(listing).default([]),
});

export const archive = z.looseObject({
  id: z.number().int(),
  build_id: buildId.nullish(),
  filename: z.string(),
  btype: z.string().nullish(),
  checksum: z.string().nullish(),
  extra: z.looseObject({}).nullish(),
});

export const references = z.looseObject({
  tags: z.array(z.looseObject({ id: z.number().int().optional(), name: z.string() })).default([]),
  component_of: z.array(buildId).default([]),
  /** Archives that hold a package of the build. */
  images: z.array(z.number().int()).nullish(),
});
export type References = z.infer<typeof references>;
