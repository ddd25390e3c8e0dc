import { AppError } from '@millrace/kernel';

/** Which packages a name is one of: RPMs, or Debian's. */
export const packageFamilies = ['rpm', 'deb'] as const;
export type PackageFamily = (typeof packageFamilies)[number];

/** One package (or file, or capability) that is installed somewhere. */
export interface InstalledName {
  readonly family: PackageFamily;
  readonly name: string;
}

/** Something that stands in a definition and cannot be followed. */
export interface DefinitionProblem {
  readonly line: number;
  readonly what: string;
  readonly why: string;
}

/** What an image is made of, as far as its definition tells. */
export interface ImageDescription {
  /** The image that it starts from, then those that its other stages start from or copy files out of; as written. */
  readonly parents: readonly string[];
  /** What ends up in it. */
  readonly installs: readonly InstalledName[];
  /** What its other stages need for its build. */
  readonly buildInstalls: readonly InstalledName[];
  /** Module streams that it takes packages from: `name:stream`. */
  readonly modules: readonly string[];
  readonly problems: readonly DefinitionProblem[];
}

/** @param where  file, and line or place in it */
export function imageError(where: string, why: string): AppError {
  return new AppError({
    code: 'image-definition',
    kind: 'invalid',
    message: `${where}: ${why.slice(0, 400)}`,
    remedy: 'correct the definition and import it again; nothing was changed',
  });
}
