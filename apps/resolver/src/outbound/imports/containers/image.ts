import type { ImageDescription } from '@millrace/package-metadata';

/** An image as any of the formats tells of it. */
export interface Image extends ImageDescription {
  readonly id: string;
  /** References by which others may name it: `name:tag`, a digest. */
  readonly aliases: readonly string[];
  readonly version: string;
  /** Components that are known to be in it. */
  readonly components: readonly string[];
  /** Where it was read. */
  readonly where: string;
}

export const nothing: Omit<Image, 'id' | 'where'> = {
  ...{ aliases: [], version: '', components: [], parents: [], installs: [] },
  ...{ buildInstalls: [], modules: [], problems: [] },
};
