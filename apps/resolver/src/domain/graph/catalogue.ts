import type { Rows } from './rows';
import type { Texts } from './texts';

/** How the text of a requirement is read. */
export const schemes = ['rpm', 'deb'] as const;
export type Scheme = (typeof schemes)[number];

/**
 * The facts of a whole release by number, small enough for a hundred thousand packages and quick to store: what there
 * is, what it offers, what it requires, and which packages satisfy which requirement. Immutable. Equal requirements
 * have one number.
 */
export interface Catalogue {
  /** Ids, sorted. */
  readonly components: Texts;
  /** The newest build or version of each; empty when there is none. */
  readonly versions: Texts;
  /** See {@link flag}. */
  readonly flags: Uint8Array;
  readonly packageNames: Texts;
  readonly packageVersions: Texts;
  readonly packageComponent: Int32Array;
  /** Index into `architectures`. */
  readonly packageArch: Uint8Array;
  readonly architectures: Texts;
  /** Requirements as people write them. */
  readonly clauses: Texts;
  /** Index into {@link schemes}. */
  readonly clauseScheme: Uint8Array;
  /** Packages of this architecture, and of none, can satisfy it; index into `architectures`. */
  readonly clauseArch: Uint8Array;
  /** Component -> requirements of its build. */
  readonly build: Rows;
  /** Component -> requirements of its build by its bootstrap recipe. */
  readonly recipe: Rows;
  /** Component -> what a container or image installs. */
  readonly installs: Rows;
  /** Package -> requirements of its installation. */
  readonly runtime: Rows;
  /** Component -> components that it is assembled from. */
  readonly contains: Rows;
  /** Component -> parent image, modules that it is built with. */
  readonly builtOn: Rows;
  /** Requirement -> packages that it brings along. */
  readonly answers: Rows;
  /** Names that are offered or required, sorted. */
  readonly capabilities: Texts;
  /** Capability -> offers of it. */
  readonly offers: Rows;
  readonly offerPackage: Int32Array;
  /** As people write it; empty: without a version. */
  readonly offerText: Texts;
  /** Capability -> requirements that name it. */
  readonly mentions: Rows;
  /** Sentences about what could not be found or read: component, what, hint, three by three. */
  readonly problems: Texts;
}

export const flag = {
  /** Not made by this release. */
  external: 1,
  /** It has a bootstrap recipe. */
  recipe: 2,
  /** The release has no source of it. */
  sourceless: 4,
  /** It was never built: what it offers is what its source declares. */
  declared: 8,
} as const;
