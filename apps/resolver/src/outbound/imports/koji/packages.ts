import { componentId } from '@millrace/kernel';
import { rpmDep, type KojiHub, type Rpm, type RpmDep } from '@millrace/koji';
import { z } from 'zod';
import { namesIn } from '../../../domain/graph/resolve-clause';
import type { Means } from '../importer';
import { depType, wordsOf } from './dependency';
import { answered, buildsById, inChunks, type TaggedContents } from './tag-contents';

interface Asked {
  readonly rpm: Rpm;
  readonly of: TaggedContents;
}

export interface AddedPackages {
  /** Files that somebody requires. */
  readonly wantedFiles: ReadonlySet<string>;
  /** The number of a package in the graph, by the hub's id of it. */
  readonly numbers: ReadonlyMap<number, number>;
}

/** What the packages of builds offer and require, by the hub's own lists of their dependencies. */
export async function addPackages(
  hub: KojiHub,
  contents: readonly TaggedContents[],
  means: Means,
): Promise<AddedPackages> {
  const { progress } = means;
  const asked = contents.flatMap((of): Asked[] => {
    return [...(of.source ? [{ rpm: of.source, of }] : []), ...of.binaries.map((rpm) => ({ rpm, of }))];
  });
  const writer = new PackageWriter(means, contents);
  await inChunks(asked, async (chunk, done) => {
    progress(done, `of ${asked.length} packages`);
    const answers = await hub.askMany(
      chunk.map(({ rpm }) => ({ method: 'getRPMDeps', params: [rpm.id] })),
      z.array(rpmDep),
    );
    answers.forEach((answer, n) => writer.add(chunk[n]!, answered(answer)));
    return [];
  });
  await writer.addBuildRoots(hub);
  return writer;
}

class PackageWriter implements AddedPackages {
  readonly wantedFiles = new Set<string>();
  readonly numbers = new Map<number, number>();
  /** Builds whose source says nothing of what it needs. */
  private readonly silent = new Set<TaggedContents>();

  constructor(
    private readonly means: Means,
    contents: readonly TaggedContents[],
  ) {
    for (const one of contents) if (one.binaries.length > 0) this.silent.add(one);
  }

  add({ rpm, of }: Asked, deps: readonly RpmDep[]): void {
    if (rpm === of.source) this.source(of, deps);
    else this.binary(rpm, of, deps);
  }

  /**
   * What a build consisted of stands for what its source wants where the hub keeps no dependencies of the source: of a
   * build that was imported, say.
   */
  async addBuildRoots(hub: KojiHub): Promise<void> {
    for (const of of this.silent) {
      const root = of.binaries.find((one) => one.buildroot_id)?.buildroot_id;
      if (!root) continue;
      const component = this.componentOf(of);
      const inputs = await hub.listBuildrootRpms(root);
      const builds = await buildsById(
        hub,
        inputs.flatMap((one) => one.build_id ?? []),
      );
      for (const { name, build_id } of inputs) {
        const own = build_id && builds.get(build_id)?.name === of.build.name;
        if (!own) this.means.builder.needs('build', component, this.clause(name, 'noarch'));
      }
    }
  }

  private source(of: TaggedContents, deps: readonly RpmDep[]): void {
    const component = this.componentOf(of);
    const arches = [...new Set(of.binaries.map((one) => one.arch))].filter((arch) => arch !== 'noarch');
    for (const dep of deps.filter((one) => one.type === depType.requires)) {
      const text = wordsOf(dep);
      if (text === null) continue;
      this.silent.delete(of);
      for (const arch of arches.length > 0 ? arches : ['noarch']) {
        this.means.builder.needs('build', component, this.clause(text, arch));
      }
    }
  }

  private binary(rpm: Rpm, of: TaggedContents, deps: readonly RpmDep[]): void {
    const { builder } = this.means;
    const evr = `${rpm.epoch ? `${rpm.epoch}:` : ''}${rpm.version}-${rpm.release}`;
    const number = builder.package(this.componentOf(of), rpm.name, evr, rpm.arch);
    this.numbers.set(rpm.id, number);
    builder.offer(number, rpm.name, `= ${evr}`);
    for (const dep of deps) {
      const text = wordsOf(dep);
      if (text === null) continue;
      if (dep.type === depType.requires) builder.needs('runtime', number, this.clause(text, rpm.arch));
      // Its own name stands there too.
      if (dep.type !== depType.provides || dep.name === rpm.name) continue;
      builder.offer(number, dep.name, text.slice(dep.name.length + 1));
    }
  }

  private componentOf({ build }: TaggedContents): number {
    return this.means.builder.component(componentId('rpm', build.name), build.nvr);
  }

  private clause(text: string, arch: string): number {
    const names = namesIn('rpm', text);
    for (const name of names) if (name.startsWith('/')) this.wantedFiles.add(name);
    return this.means.builder.clause('rpm', text, arch, names);
  }
}
