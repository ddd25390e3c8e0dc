import { z } from 'zod';

/** What an import from a Koji hub names. */
export const kojiInput = z.object({
  sources: z
    .array(z.url({ protocol: /^https?$/, error: 'it must be the address of a hub, https://…/kojihub' }))
    .length(1, 'the import needs the address of one hub (--hub)'),
  /** The first that has a name gives it; what they inherit counts. */
  tags: z.array(z.string()).min(1, 'the import needs a tag (--tag)').max(20),
  /** Only these architectures, and noarch; empty: every one that the builds have. */
  arches: z.array(z.string()).default([]),
  /** Looks every file requirement up in the hub's file lists, and asks which other images hold a build. */
  deep: z.boolean().default(false),
});
export type KojiInput = z.infer<typeof kojiInput>;

/** What a module build of MBS and a container build of OSBS say of themselves, as far as it is read. */
export const buildExtra = z.looseObject({
  typeinfo: z
    .looseObject({
      module: z.looseObject({ modulemd_str: z.string().optional() }).optional(),
      image: z.looseObject({}).optional(),
    })
    .optional(),
  image: z
    .looseObject({
      parent_image_builds: z.record(z.string(), z.looseObject({ id: z.number(), nvr: z.string() })).optional(),
    })
    .optional(),
});
