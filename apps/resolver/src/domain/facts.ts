import type { Contents } from '@millrace/contracts';
import { digestOf, type ComponentId } from '@millrace/kernel';
import type { Dependency } from '@millrace/package-metadata';

/** A binary package of a component. */
export interface PackageFacts {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
  readonly provides: readonly Dependency[];
  readonly requires: readonly Dependency[];
  /** Absolute paths; those of a declared package may hold shell patterns. */
  readonly files: readonly string[];
  /** True when only a spec file says that it will be made: it was never built. */
  readonly declared: boolean;
}

/** Everything that the graph knows of one component. Facts never change: news make new facts, with another digest. */
export interface ComponentFacts {
  readonly component: ComponentId;
  /** Not made by this release: shown, never rebuilt. */
  readonly external: boolean;
  /** The newest validated build; null before the first one. */
  readonly nvr: string | null;
  /** Where its source was when it was read. */
  readonly source: { readonly url: string; readonly commit: string } | null;
  readonly packages: readonly PackageFacts[];
  readonly buildRequires: readonly Dependency[];
  /** What it needs to be built by its bootstrap recipe; null when it has none. */
  readonly bootstrapRequires: readonly Dependency[] | null;
  /** Packages that a container or image installs. */
  readonly installs: readonly Dependency[];
  /** Components that a module or stack is assembled from. */
  readonly contains: readonly ComponentId[];
  /** A container's parent image, the modules that a module is built with. */
  readonly builtOn: readonly ComponentId[];
  /** Why its source could not be read; what stands here is then from before. */
  readonly problem: string | null;
}

export function factsDigest(facts: ComponentFacts): string {
  return digestOf(facts);
}

export function emptyFacts(component: ComponentId): ComponentFacts {
  return {
    component,
    external: false,
    nvr: null,
    source: null,
    packages: [],
    buildRequires: [],
    bootstrapRequires: null,
    installs: [],
    contains: [],
    builtOn: [],
    problem: null,
  };
}

/** What a build of a component consists of. */
export function factsOfBuild(contents: Contents): ComponentFacts {
  return {
    ...emptyFacts(contents.component),
    nvr: contents.nvr,
    buildRequires: contents.buildRequires,
    packages: contents.packages.map(({ name, epoch, version, release, arch, provides, requires, files }) => ({
      ...{ name, epoch, version, release, arch, provides, requires, files },
      declared: false,
    })),
  };
}

/** The facts of a component once a build of it counts; what only its source tells stays as it was. */
export function layOver(before: ComponentFacts | null, build: ComponentFacts): ComponentFacts {
  return before ? { ...before, nvr: build.nvr, packages: build.packages, buildRequires: build.buildRequires } : build;
}
