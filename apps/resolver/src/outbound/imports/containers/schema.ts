import { isComponentId } from '@millrace/kernel';
import { z } from 'zod';
import { some } from '../order';

/** What an import of containers and images names. */
export const containersInput = z.object({
  sources: some('a Containerfile, image list, kickstart or kiwi file'),
  /** What `TARGETARCH` of a Containerfile stands for. */
  arch: z.string().default('amd64'),
  /** kiwi: only packages for these architectures; empty: every one. */
  arches: z.array(z.string()).default([]),
});

const name = z.string().min(1).max(255);
const reference = z.string().min(1).max(512);
const list = (of: z.ZodType<string>) => z.array(of).max(100_000).default([]);
const component = z.string().refine(isComponentId, 'is no component id: type/name[:stream]');

/** One image of an image list: see `README.md`. */
const listedImage = z.strictObject({
  type: z.enum(['container', 'image']).default('container'),
  /** Repository of the image, `registry.example.org/kitchen`; a registry of its own is left out of its id. */
  name,
  /** Where one name has several images that live side by side. */
  stream: z
    .string()
    .regex(/^[A-Za-z0-9._+-]+$/)
    .max(128)
    .optional(),
  tags: list(z.string().max(128)),
  digest: z
    .string()
    .regex(/^sha(256|512):[0-9a-f]{64,128}$/)
    .optional(),
  version: z.string().max(200).default(''),
  architectures: list(z.string().max(64)),
  /** Images that it is made from: `name[:tag]` or a digest, of this list or of others. */
  parents: list(reference),
  contents: z
    .strictObject({ rpm: list(name), deb: list(name), components: list(component) })
    .default({ rpm: [], deb: [], components: [] }),
});
export type ListedImage = z.infer<typeof listedImage>;

export const imageList = z.strictObject({ images: z.array(listedImage).max(100_000) });

const librarySource = z.looseObject({
  sourceId: z.string(),
  allTags: z.array(z.string()).default([]),
});

/** `builds.json` of docker-library/meta, as far as it is read: builds by id, each with its parents and its source. */
export const libraryBuilds = z.record(
  z.string(),
  z.looseObject({
    build: z.looseObject({ arch: z.string(), parents: z.record(z.string(), z.unknown()).default({}) }),
    source: librarySource,
  }),
);
export type LibraryBuilds = z.infer<typeof libraryBuilds>;
