import { componentTypes, isComponentId } from '@millrace/kernel';
import { z } from 'zod';

export const componentIdSchema = z
  .string()
  .max(256)
  .refine(isComponentId, {
    error: `is not a component id: type/name[:stream], type one of ${componentTypes.join(', ')}`,
  });

/** One entry of provides or requires, as rpm-md's primary.xml gives it (`pre` says that it is needed for scriptlets). */
export const rpmDependency = z.object({
  name: z.string().max(4096),
  flags: z.enum(['EQ', 'LT', 'GT', 'LE', 'GE']).optional(),
  epoch: z.string().optional(),
  version: z.string().optional(),
  release: z.string().optional(),
});
export type RpmDependency = z.infer<typeof rpmDependency>;

export const binaryPackage = z.object({
  name: z.string(),
  epoch: z.string().default('0'),
  version: z.string(),
  release: z.string(),
  arch: z.string(),
  provides: z.array(rpmDependency),
  requires: z.array(rpmDependency),
  /** Absolute paths of what the package ships; file dependencies resolve to them. */
  files: z.array(z.string()),
  /** Path of the RPM below the candidate repository, its size in bytes and its sha256 in hex. */
  path: z.string().optional(),
  size: z.number().int().optional(),
  sha256: z.string().optional(),
});
export type BinaryPackage = z.infer<typeof binaryPackage>;

/** What a build used: a package of the release by its build, where the build system knows it. */
export const buildInput = z.object({
  /** NEVRA of the package in the build root (or of the package that an image or module contains). */
  nevra: z.string(),
  /** Source package name, hence component `rpm/<source>`; null for the host's platform. */
  component: componentIdSchema.nullable(),
  /** NVR of the source build, and the ref of the build where it is known. */
  nvr: z.string(),
  build: z.string().nullable(),
});
export type BuildInput = z.infer<typeof buildInput>;

/** A build's capabilities and inputs: what the resolver compares, what proves an adoption, what a compose harvests. */
export const contents = z.object({
  component: componentIdSchema,
  nvr: z.string(),
  build: z.string(),
  /** Binary packages that the build made. Modules and images: what they contain is in `inputs`. */
  packages: z.array(binaryPackage),
  buildRequires: z.array(rpmDependency),
  inputs: z.array(buildInput),
  /** Modules: N:S:V:C and the modulemd text. Images: digest of the OCI manifest and path of the layout. */
  module: z.object({ nsvc: z.string(), modulemd: z.string() }).optional(),
  image: z.object({ digest: z.string(), layout: z.string() }).optional(),
});
export type Contents = z.infer<typeof contents>;

/** Where a build's source is. `git`: a commit of a repository; `folder`: a spec file and its sources; `srpm`: a file. */
export const sourceRef = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('git'), url: z.string().max(2048), commit: z.string().regex(/^[0-9a-f]{40}$/) }),
  z.object({ kind: z.literal('folder'), path: z.string().max(4096) }),
  z.object({ kind: z.literal('srpm'), path: z.string().max(4096) }),
]);
export type SourceRef = z.infer<typeof sourceRef>;

export const failureClasses = [
  'infrastructure',
  'dependencies',
  'source',
  'compile',
  'test',
  'timeout',
  'limits',
  'cancelled',
  'gate',
  /** It failed on one architecture and was built, or still ran, on others. */
  'one-architecture',
  /** No builder of an architecture is up. */
  'no-builder',
] as const;

/** Nothing that a maintainer could mend. */
export function isInfrastructure(failureClass: (typeof failureClasses)[number]): boolean {
  return failureClass === 'infrastructure' || failureClass === 'no-builder';
}

/** Why a build failed, for a machine (`class`) and for a person. */
export const evidence = z.object({
  class: z.enum(failureClasses),
  /** Where it stopped: srpm, root, build, repository, ... */
  stage: z.string(),
  summary: z.string().max(1000),
  /** The last lines of the log that tells most; at most 8 KiB. */
  tail: z.string().max(8192),
  logs: z.array(z.object({ name: z.string(), address: z.string() })),
  /** Digest of the normalised error lines: equal causes have equal signatures. */
  signature: z.string(),
  /** Architectures that it failed on, where the build system builds several. */
  arches: z.array(z.string().max(50)).max(50).optional(),
});
export type Evidence = z.infer<typeof evidence>;
