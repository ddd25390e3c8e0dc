import type { Contents, RpmDependency } from '@millrace/contracts';
import { nevraText } from '@millrace/kernel';
import type { Build, Rpm, RpmDep } from '@millrace/koji';
import type { BuildRef } from '../build-system';
import { contentsOfImage } from './containers';
import { filesOf } from './files';
import { buildrootsOf, completeBuild } from './look';
import { namedBy, refOfTask } from './ref';
import type { KojiParts } from './settings';

/** What came out, from the hub's own record, and what its build roots really had: kept, since hubs delete repositories. */
export async function contentsOf(parts: KojiParts, ref: BuildRef): Promise<Contents> {
  const { build, component } = await completeBuild(parts, ref);
  if (!component.startsWith('rpm/')) return contentsOfImage(parts, build, ref, component);
  const rpms = (await parts.hub.listRpms(build.build_id)).filter((r) => !/-debug(info|source)$/.test(r.name));
  const answers = await parts.hub.getManyRpmDeps(rpms.map((r) => r.id));
  const deps = answers.map((answer) => {
    // Nothing would be taken for "requires nothing, offers nothing".
    if (!answer.ok) throw answer.fault;
    return answer.value;
  });
  const files = await filesOf(
    parts,
    rpms.filter((r) => r.arch !== 'src'),
  );
  const sourceAt = rpms.findIndex((r) => r.arch === 'src');
  return {
    component,
    nvr: build.nvr,
    build: ref,
    packages: rpms.flatMap((rpm, i) => (rpm.arch === 'src' ? [] : [packageOf(rpm, deps[i]!, files.get(rpm.id) ?? [])])),
    buildRequires: dependencies(deps[sourceAt] ?? [], 0),
    inputs: await inputsOf(parts, ref, rpms),
  };
}

/** Of a task's own build roots; a build that was imported names its root in its packages. */
async function inputsOf(parts: KojiParts, ref: BuildRef, made: readonly Rpm[]): Promise<Contents['inputs']> {
  const named = namedBy(ref);
  const own = 'task' in named ? (await buildrootsOf(parts, named.task)).map((root) => root.id) : [];
  const roots = own.length > 0 ? own : [...new Set(made.flatMap((rpm) => rpm.buildroot_id ?? []))];
  const rpms = (await Promise.all(roots.map((root) => parts.hub.listBuildrootRpms(root)))).flat();
  const ids = [...new Set(rpms.flatMap((r) => r.build_id ?? []))];
  const answers = await parts.hub.getBuilds(ids);
  const builds = new Map(ids.map((id, i) => [id, answers[i]!.ok ? (answers[i]!.value as Build | null) : null]));
  return rpms.map((rpm) => {
    const build = rpm.build_id === null || rpm.build_id === undefined ? null : builds.get(rpm.build_id);
    return {
      nevra: nevraText({ ...rpm, epoch: epochOf(rpm) }),
      component: build ? `rpm/${build.name}` : null,
      nvr: build?.nvr ?? `${rpm.name}-${rpm.version}-${rpm.release}`,
      build: build?.task_id ? refOfTask(build.task_id) : null,
    };
  });
}

function packageOf(rpm: Rpm, deps: readonly RpmDep[], files: readonly string[]): Contents['packages'][number] {
  const { name, version, release, arch } = rpm;
  const lists = { provides: dependencies(deps, 1), requires: dependencies(deps, 0), files: [...files] };
  return { name, epoch: epochOf(rpm), version, release, arch, ...lists };
}

function epochOf({ epoch }: Rpm): string {
  return String(epoch ?? 0);
}

/** RPMSENSE_LESS 2, GREATER 4, EQUAL 8 (rpmds.h). */
const senses: Readonly<Record<number, RpmDependency['flags']>> = { 2: 'LT', 4: 'GT', 8: 'EQ', 10: 'LE', 12: 'GE' };

function dependencies(deps: readonly RpmDep[], type: number): RpmDependency[] {
  return deps.filter((d) => d.type === type).map(dependencyOf);
}

function dependencyOf({ name, flags, version }: RpmDep): RpmDependency {
  const sense = senses[flags & 14];
  const evr = /^(?:(\d+):)?([^-]+)(?:-(.+))?$/.exec(version ?? '');
  if (!sense || !evr) return { name };
  const [, epoch, ver, release] = evr;
  return { name, flags: sense, epoch: epoch ?? '0', version: ver!, ...(release === undefined ? {} : { release }) };
}
