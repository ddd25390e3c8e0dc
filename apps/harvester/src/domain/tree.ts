import type { BinaryPackage, Contents } from '@millrace/contracts';
import { AppError, nevraText, parseNvr } from '@millrace/kernel';
import type { RpmEntry } from './productmd';

/** A package to place: `file` is its name in the repository, the entry's path its place below `compose/`. */
export interface Placement extends RpmEntry {
  readonly file: string;
  /** Hex; null: the repository is all that knows it (the platform). */
  readonly sha256: string | null;
}

export interface ModulePlan {
  readonly nsvc: string;
  readonly modulemd: string;
  readonly arch: string;
  readonly rpms: readonly string[];
}

export interface TreePlan {
  readonly placements: readonly Placement[];
  readonly modules: readonly ModulePlan[];
  readonly arches: readonly string[];
}

export interface TreeParts {
  readonly variant: string;
  readonly contents: readonly Contents[];
  /** Names of the RPM files that the repository has. */
  readonly available: ReadonlySet<string>;
  /** Packages without a build, such as the platform's, that the others cannot be installed without. */
  readonly platform: readonly Pick<BinaryPackage, 'name' | 'epoch' | 'version' | 'release' | 'arch'>[];
  /** Architecture of a tree that holds only noarch packages. */
  readonly hostArch: string;
}

/**
 * The variant beside the main one that holds modules. dnf hides packages of modules that are not enabled, by NEVRA and
 * within the repositories that it sees, so the main variant carries none of their metadata.
 */
export const modularVariant = 'Modular';

/** Which package goes where. Throws `module-outdated` when a module holds a package that the release has no more. */
export function planTree(parts: TreeParts): TreePlan {
  const { variant, contents, platform } = parts;
  const all = contents.flatMap((build) => build.packages);
  const arches = [...new Set(all.map((p) => p.arch).filter((arch) => arch !== 'noarch'))].sort();
  const trees = arches.length > 0 ? arches : [parts.hostArch];
  const binaries = contents.flatMap((build) =>
    build.packages.flatMap((rpm) => treesOf(rpm.arch, trees).map((arch) => binary(variant, arch, rpm, srpmOf(build)))),
  );
  const sources = contents.flatMap((build) => (build.packages.length > 0 ? source(parts, build, trees) : []));
  const shims = platform.flatMap((rpm) =>
    treesOf(rpm.arch, trees).map((arch) => binary(variant, arch, rpm, nevraText({ ...rpm, arch: 'src' }))),
  );
  const modules = contents.flatMap((build) => modulesOf(build, binaries));
  return {
    placements: [...binaries, ...sources, ...shims, ...modules.flatMap((m) => m.placements)],
    modules: modules.map((m) => m.plan),
    arches: trees,
  };
}

function binary(
  variant: string,
  arch: string,
  rpm: Pick<BinaryPackage, 'name' | 'epoch' | 'version' | 'release' | 'arch' | 'path' | 'sha256'>,
  srpm: string,
): Placement {
  const file = fileOf(rpm);
  const category = /-debug(info|source)$/.test(rpm.name) ? 'debug' : 'binary';
  const tree = category === 'debug' ? 'debug/tree' : 'os';
  const path = `${variant}/${arch}/${tree}/Packages/${letterOf(file)}/${file}`;
  return { variant, arch, srpm, nevra: nevraText(rpm), path, category, file, sha256: rpm.sha256 ?? null };
}

function source(parts: TreeParts, build: Contents, trees: readonly string[]): readonly Placement[] {
  const file = `${build.nvr}.src.rpm`;
  if (!parts.available.has(file)) return [];
  const path = `${parts.variant}/source/tree/Packages/${letterOf(file)}/${file}`;
  const nevra = srpmOf(build);
  return trees.map((arch) => ({
    ...{ variant: parts.variant, arch, srpm: nevra, nevra, path },
    ...{ category: 'source' as const, file, sha256: null },
  }));
}

function modulesOf(build: Contents, binaries: readonly Placement[]) {
  if (!build.module) return [];
  const { nsvc, modulemd } = build.module;
  const wanted = new Set(build.inputs.map((input) => input.nevra));
  const found = binaries.filter((placement) => wanted.has(placement.nevra));
  const names = new Set(found.map((placement) => placement.nevra));
  const gone = [...wanted].filter((nevra) => !names.has(nevra));
  if (gone.length > 0) throw outdated(build.component, gone);
  return [...new Set(found.map((placement) => placement.arch))].map((arch) => {
    const of = found.filter((placement) => placement.arch === arch);
    const main = of[0]!.variant;
    return {
      plan: { nsvc, modulemd, arch, rpms: of.map((placement) => placement.nevra) },
      placements: of.map((p) => ({ ...p, variant: modularVariant, path: modularVariant + p.path.slice(main.length) })),
    };
  });
}

function outdated(component: string, gone: readonly string[]): AppError {
  return new AppError({
    code: 'module-outdated',
    kind: 'conflict',
    message: `${component} holds ${gone.slice(0, 5).join(', ')}, of which the release has another build by now`,
    remedy: `rebuild it with \`millrace cascade start ${component} --release RELEASE\`, and make the compose again`,
  });
}

function treesOf(arch: string, trees: readonly string[]): readonly string[] {
  return arch === 'noarch' ? trees : [arch];
}

/** The source package of a build. Its epoch is that of its binaries, as rpmbuild gives it to them. */
function srpmOf({ nvr, packages, component }: Contents): string {
  const source = parseNvr(nvr);
  if (source) return nevraText({ ...source, epoch: packages[0]?.epoch ?? '0', arch: 'src' });
  throw new AppError({ code: 'nvr-malformed', kind: 'invalid', message: `'${nvr}' of ${component} is no NVR` });
}

/** Only the name counts: a path out of a build's contents never leads anywhere. */
function fileOf(rpm: Pick<BinaryPackage, 'name' | 'version' | 'release' | 'arch' | 'path'>): string {
  const file = rpm.path?.split('/').at(-1) ?? `${rpm.name}-${rpm.version}-${rpm.release}.${rpm.arch}.rpm`;
  if (/^[A-Za-z0-9][A-Za-z0-9._+~^-]*\.rpm$/.test(file)) return file;
  throw new AppError({ code: 'rpm-name-malformed', kind: 'invalid', message: `'${file.slice(0, 200)}' names no RPM` });
}

function letterOf(file: string): string {
  return file[0]!.toLowerCase();
}
