import type { Contents } from '@millrace/contracts';
import { AppError, type Nevra } from '@millrace/kernel';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MakeOrder } from '../../domain/input';
import type { ModuleEntry } from '../../domain/productmd';
import type { Counts } from '../../domain/state';
import { modularVariant, planTree, type Placement, type TreePlan } from '../../domain/tree';
import { treeInfo } from '../../domain/treeinfo';
import { placeImages } from './images';
import { writeMetadata } from './metadata';
import { addModules, checkClosure, indexTree, type Bench } from './repodata';
import { digestOfFile, placeFile } from './repository-files';
import { runToolWell } from './run-tool';

export interface Harvest {
  readonly draft: string;
  readonly order: MakeOrder;
  readonly builds: readonly Contents[];
  /** RPM files of the repository by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly platform: readonly string[];
  readonly hostArch: string;
  readonly bench: Bench;
}

/** Everything of a compose below its folder but for its id and status; what cannot be installed is refused. */
export async function fillTree(harvest: Harvest): Promise<Counts> {
  const { draft, order, builds, files, bench } = harvest;
  const { variant } = order.name;
  const tree = join(draft, 'compose');
  const plan = planTree({
    variant,
    contents: builds,
    available: new Set(files.keys()),
    platform: await platformOf(harvest),
    hostArch: harvest.hostArch,
  });
  await place(tree, plan.placements, files);
  // A compose of images alone has an empty repository: its readers expect one.
  for (const arch of plan.arches) await mkdir(join(tree, variant, arch, 'os', 'Packages'), { recursive: true });
  for (const root of rootsOf(variant, plan)) await indexTree(join(tree, root), bench);
  const modules = await writeModules(tree, plan, bench);
  const images = await placeImages(tree, variant, plan.arches[0]!, builds, bench);
  for (const arch of plan.arches) await checkClosure(join(tree, variant, arch, 'os'), bench);
  const variants = modules.length > 0 ? [variant, modularVariant] : [variant];
  for (const id of variants) await writeTreeInfo(tree, id, plan.arches, harvest);
  await writeMetadata(draft, order, { variants, arches: plan.arches, rpms: plan.placements, modules, images });
  return countsOf(variant, plan.placements, images.length);
}

async function place(
  tree: string,
  placements: readonly Placement[],
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const byPath = new Map(placements.map((placement) => [placement.path, placement]));
  for (const { path, file, nevra, sha256 } of byPath.values()) {
    const from = files.get(file);
    if (from) await placeFile(from, join(tree, path), sha256);
    else throw gone(nevra, file);
  }
}

function gone(nevra: string, file: string): AppError {
  return new AppError({
    code: 'package-missing',
    kind: 'conflict',
    message: `the repository has no ${file}, although ${nevra} is among the newest validated builds`,
    remedy: 'make the compose again when the running cascade has ended',
  });
}

/** Folders that are repositories, each once. */
function rootsOf(variant: string, plan: TreePlan): readonly string[] {
  const filled = plan.placements.map(({ path }) => path.slice(0, path.indexOf('/Packages/')));
  return [...new Set([...plan.arches.map((arch) => `${variant}/${arch}/os`), ...filled])];
}

async function writeModules(tree: string, plan: TreePlan, bench: Bench): Promise<readonly ModuleEntry[]> {
  const entries: ModuleEntry[] = [];
  for (const arch of plan.arches) {
    const here = plan.modules.filter((module) => module.arch === arch);
    if (here.length === 0) continue;
    const root = `${modularVariant}/${arch}/os`;
    const documents = here.map((module) => module.modulemd);
    const modulemdPath = `${root}/repodata/${await addModules(join(tree, root), documents, bench)}`;
    entries.push(...here.map(({ nsvc, rpms }) => ({ variant: modularVariant, arch, nsvc, modulemdPath, rpms })));
  }
  return entries;
}

async function writeTreeInfo(
  tree: string,
  variant: string,
  arches: readonly string[],
  { order, bench }: Harvest,
): Promise<void> {
  for (const arch of arches) {
    const os = join(tree, variant, arch, 'os');
    const repomd = await digestOfFile(join(os, 'repodata', 'repomd.xml')).catch(() => null);
    if (repomd === null) continue;
    await writeFile(join(os, '.treeinfo'), treeInfo({ name: order.name, variant, arch, epoch: bench.epoch, repomd }));
  }
}

/** The platform's packages have no build; rpm itself says what they are. */
async function platformOf({ platform, files, bench }: Harvest): Promise<readonly Nevra[]> {
  const found: Nevra[] = [];
  const format = '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n';
  for (const [file, path] of files) {
    if (!platform.some((name) => file.startsWith(`${name}-`))) continue;
    const argv = ['rpm', '-qp', '--nosignature', '--qf', format, path];
    const text = await runToolWell(argv, bench.work, bench.signal);
    const [name = '', epoch = '0', version = '', release = '', arch = ''] = text.trim().split('\n').at(-1)!.split('\t');
    if (platform.includes(name)) found.push({ name, epoch, version, release, arch });
  }
  return found;
}

function countsOf(variant: string, placements: readonly Placement[], images: number): Counts {
  const main = new Map(placements.filter((p) => p.variant === variant).map((p) => [p.path, p.category]));
  const count = (wanted: boolean): number => [...main.values()].filter((c) => (c === 'source') === wanted).length;
  return { packages: count(false), sources: count(true), images };
}
