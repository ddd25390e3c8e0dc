import { componentId, isComponentId } from '@millrace/kernel';
import type { Build, BuildId, KojiHub } from '@millrace/koji';
import { readModulemd, type ModuleDescription } from '@millrace/package-metadata';
import { placeholder } from '../../../domain/graph/merge';
import type { Means } from '../importer';
import { addModules } from '../modulemd/add-modules';
import { buildExtra } from './schema';
import { answered, buildsById, inChunks, type TaggedContents } from './tag-contents';

/** Builds without packages: modules of MBS by their modulemd, images by the packages that the hub knows to be in them. */
export async function addAssembled(hub: KojiHub, contents: readonly TaggedContents[], means: Means): Promise<void> {
  const bare = contents.filter((one) => one.binaries.length === 0 && one.source === null);
  const details = await buildsById(
    hub,
    bare.map((one) => one.build.build_id),
  );
  const modules: ModuleDescription[] = [];
  for (const { build } of bare) {
    const detail = details.get(build.build_id);
    const modulemd = extraOf(detail).typeinfo?.module?.modulemd_str;
    if (modulemd !== undefined) modules.push(...readModulemd(modulemd, `the modulemd of ${build.nvr}`).modules);
    else if (detail) await addImage(hub, detail, means);
  }
  addModules({ modules, obsoletes: [] }, means);
}

/** Images of no tag that hold a build of ours, by the hub's word for each build (`buildReferences`). */
export async function addReferences(hub: KojiHub, contents: readonly TaggedContents[], means: Means): Promise<void> {
  const builds = contents.filter((one) => one.binaries.length > 0).map((one) => one.build);
  const archives = new Map<number, TaggedContents['build'][]>();
  let done = 0;
  for (const build of builds) {
    if (done++ % 100 === 0) means.progress(done, `of ${builds.length} builds, whether images hold them`);
    const { images } = await hub.buildReferences(build.build_id);
    for (const id of images ?? []) archives.set(id, [...(archives.get(id) ?? []), build]);
  }
  const found = await inChunks([...archives.keys()], (chunk) => hub.getArchives(chunk));
  const owners = await buildsById(
    hub,
    found.map(answered).flatMap((one) => one?.build_id ?? []),
  );
  for (const archive of found.map(answered)) {
    const image = archive?.build_id ? owners.get(archive.build_id) : undefined;
    if (!image) continue;
    for (const build of archives.get(archive!.id) ?? []) contain(image, [build.name], means);
  }
}

async function addImage(hub: KojiHub, build: Build, means: Means): Promise<void> {
  const inside = new Set<BuildId>();
  const archives = await hub.listArchives(build.build_id);
  for (const { id } of archives) {
    for (const { build_id } of await hub.listImageRpms(id)) if (build_id) inside.add(build_id);
  }
  const parents = Object.values(extraOf(build).image?.parent_image_builds ?? {});
  if (archives.length === 0 && parents.length === 0) {
    means.findings.leftOut(build.nvr, 'the hub knows neither packages nor archives of it');
    return;
  }
  contain(
    build,
    [...(await buildsById(hub, inside)).values()].map((one) => one.name),
    means,
  );
  const component = means.builder.component(imageId(build));
  for (const { nvr } of parents) {
    const parent = imageId({ name: nvr.replace(/-[^-]+-[^-]+$/, '') });
    means.builder.needs('builtOn', component, means.builder.component(parent, '', placeholder));
  }
}

function contain(image: Pick<Build, 'name' | 'nvr'>, names: readonly string[], { builder }: Means): void {
  const component = builder.component(imageId(image), image.nvr);
  for (const name of names) {
    builder.needs('contains', component, builder.component(componentId('rpm', name), '', placeholder));
  }
}

function imageId({ name }: { readonly name: string }): string {
  const id = componentId('container', name);
  return isComponentId(id) ? id : componentId('container', name.replace(/[^A-Za-z0-9._+-]/g, '.'));
}

/** What a build says of itself; of another shape it says nothing that is read. */
function extraOf(build: Build | undefined) {
  const parsed = buildExtra.safeParse(build?.extra ?? {});
  return parsed.success ? parsed.data : buildExtra.parse({});
}
