import { z } from 'zod';
import { componentIdSchema } from './contents';

export const releaseName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not a release name');
export const moment = z.iso.datetime();
export const who = z.string().min(1).max(200);

/** One rebuild: (cascade, component, generation, pass). */
export const rebuildKey = z.object({
  cascade: z.string(),
  component: componentIdSchema,
  generation: z.number().int().positive(),
  pass: z.number().int().positive(),
});
export type RebuildKey = z.infer<typeof rebuildKey>;

/** The id of a rebuild as one text: `<cascade>/<component>/<generation>.<pass>`. */
export function rebuildId(of: RebuildKey): string {
  return `${of.cascade}/${of.component}/${of.generation}.${of.pass}`;
}

export const cascadeStates = [
  'planning',
  'awaiting-approval',
  'running',
  'held',
  'stalled',
  'completed',
  'cancelled',
] as const;
export const rebuildStates = [
  'waiting',
  'ready',
  'submitting',
  'building',
  'gating',
  'validated',
  'failed',
  'rejected',
  'skipped',
  'unneeded',
  'cancelled',
] as const;
export const buildStates = [
  'wanted',
  'submitted',
  'building',
  'complete',
  'failed',
  'cancelled',
  'superseded',
  'withdrawn',
] as const;
export type CascadeState = (typeof cascadeStates)[number];
export type RebuildState = (typeof rebuildStates)[number];
export type BuildState = (typeof buildStates)[number];

export const rebuildCounts = z.partialRecord(z.enum(rebuildStates), z.number().int().nonnegative());

/** What a CI result or a verdict is about. `id` is the NVR with the build's ref behind a `@` where there are drafts. */
export const subject = z.object({
  /** A Greenwave subject type: koji_build for RPMs, redhat-module, redhat-container-image, koji-build-group. */
  type: z.string().max(100),
  id: z.string().max(512),
  aliases: z.array(z.string().max(512)).max(20),
});
export type Subject = z.infer<typeof subject>;
