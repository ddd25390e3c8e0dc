import type { Contents, Evidence, SourceRef } from '@millrace/contracts';
import { AppError, moment, type Moment } from '@millrace/kernel';
import { nsvcOf, nvrOf, type ModuleBuild } from '@millrace/mbs';
import type { BuildProgress, BuildRef, BuildStatus } from '../build-system';
import { readLog } from '../local-rpm/failure';
import { allSubmissions, type Submission } from './book';
import { idsOf, noModule } from './ref';
import type { MbsParts } from './settings';

const infrastructure =
  /timed? ?out|connection|could not (reach|connect)|Koji|internal error|repo.* failed to regenerate/i;
const dependencies = /not (be )?(found|resolved|available)|No module|buildrequire|resolv/i;

export async function look(parts: MbsParts, refs: readonly BuildRef[]): Promise<readonly BuildStatus[]> {
  const submissions = await allSubmissions(parts);
  return Promise.all(refs.map(async (ref) => statusOf(parts, ref, await buildsOf(parts, ref), submissions)));
}

/** Every stream expansion of a submission. */
export async function buildsOf({ mbs }: MbsParts, ref: BuildRef): Promise<readonly ModuleBuild[]> {
  const builds = await Promise.all(idsOf(ref).map((id) => mbs.build(id)));
  const found = builds.filter((build): build is ModuleBuild => build !== null);
  if (found.length < builds.length) throw noModule(ref);
  return found;
}

export function statusOf(
  { options }: MbsParts,
  ref: BuildRef,
  builds: readonly ModuleBuild[],
  submissions: readonly Submission[],
): BuildStatus {
  const [first] = builds as readonly [ModuleBuild, ...ModuleBuild[]];
  const ours = submissions.find((one) => one.ref === ref) ?? submissions.find((one) => isUnanswered(one, first));
  const state = stateOf(builds, options.completeAt);
  const isOver = state === 'complete' || state === 'failed' || state === 'cancelled';
  const tag = first.koji_tag;
  return {
    ref,
    ...{ key: ours?.key ?? `mbs/${ref}`, release: ours?.release ?? '-' },
    component: ours?.component ?? `module/${first.name}:${first.stream}`,
    ...{ origin: ours ? 'cascade' : 'hand', cascade: ours?.cascade ?? null, state, bootstrap: false },
    nvr: nameOf(builds),
    startedAt: timeOf(first.time_submitted),
    endedAt: isOver ? timeOf(endedAt(builds)) : null,
    repository:
      state === 'complete'
        ? tag && options.topUrl
          ? `${options.topUrl}/repos/${tag}/latest/`
          : `mbs:${first.id}`
        : null,
    builtFrom: null,
    submittedBy: ours ? null : (first.owner ?? null),
    source: sourceOf(first.scmurl),
  };
}

/** It is of this submission, the answer to which was lost: nobody has said so yet. */
function isUnanswered({ ref, scmurl, component }: Submission, build: ModuleBuild): boolean {
  return ref === null && scmurl === build.scmurl && component === `module/${build.name}:${build.stream}`;
}

/** Built when all expansions are; failed when one is. */
export function stateOf(builds: readonly ModuleBuild[], completeAt: 'done' | 'ready'): BuildProgress {
  const failed = builds.filter((build) => build.state === 'failed' || build.state === 'garbage');
  if (failed.length > 0) return failed.every(wasCancelled) ? 'cancelled' : 'failed';
  const done = completeAt === 'done' ? ['done', 'ready'] : ['ready'];
  if (builds.every((build) => done.includes(build.state))) return 'complete';
  return builds.every((build) => build.state === 'init') ? 'submitted' : 'building';
}

function wasCancelled({ state_reason: reason }: ModuleBuild): boolean {
  return /^Cancell?ed by/.test(reason ?? '');
}

/** One name for all expansions: their contexts joined. */
export function nameOf(builds: readonly ModuleBuild[]): string | null {
  const contexts = builds.map((build) => build.context ?? '').filter(Boolean);
  const [first] = builds;
  if (!first || contexts.length < builds.length) return null;
  return nvrOf({ ...first, context: contexts.sort().join('+') });
}

export async function contentsOf(parts: MbsParts, ref: BuildRef): Promise<Contents> {
  const builds = await buildsOf(parts, ref);
  if (stateOf(builds, parts.options.completeAt) !== 'complete') throw notComplete(ref);
  const [first] = builds as readonly [ModuleBuild, ...ModuleBuild[]];
  const inputs = builds.flatMap(inputsOf);
  return {
    component: `module/${first.name}:${first.stream}`,
    nvr: nameOf(builds) ?? nvrOf(first),
    ...{ build: ref, packages: [], buildRequires: [], inputs },
    module: { nsvc: nsvcOf(first), modulemd: builds.map((build) => build.modulemd ?? '').join('---\n') },
  };
}

/** Its own RPMs, and the modules that it was built with. */
export function inputsOf(build: ModuleBuild): Contents['inputs'] {
  const rpms = Object.entries(build.tasks?.rpms ?? {}).map(([name, one]) => ({
    nevra: one.nvr ?? name,
    component: `rpm/${name}`,
    nvr: one.nvr ?? name,
    // Of which of our build systems its Koji is, the service does not know.
    build: null,
  }));
  const modules = Object.entries(build.buildrequires ?? {}).map(([name, one]) => ({
    nevra: `${name}:${one.stream}:${one.version ?? ''}`,
    component: `module/${name}:${one.stream}`,
    nvr: `${name}-${one.stream.replaceAll('-', '_')}-${one.version ?? ''}`,
    build: null,
  }));
  return [...rpms, ...modules];
}

/** The components that failed say why; else the service's own words. */
export async function evidenceOf(parts: MbsParts, ref: BuildRef): Promise<Evidence> {
  const builds = await buildsOf(parts, ref);
  const state = stateOf(builds, parts.options.completeAt);
  if (state !== 'failed' && state !== 'cancelled') throw withoutEvidence(ref, state);
  const reason = builds.map((build) => build.state_reason ?? '').find(Boolean) ?? 'the module failed without a reason';
  if (state === 'cancelled') return { ...readLog(reason, 'module', { class: 'cancelled', summary: reason }), logs: [] };
  const broken = builds.flatMap((build) =>
    Object.entries(build.tasks?.rpms ?? {}).filter(([, one]) => one.state === 3),
  );
  const lines = broken.map(([name, one]) => `${name}: ${one.state_reason || 'failed'}`);
  const logs = broken.flatMap(([name, one]) => {
    const task = one.task_id ?? 0;
    if (!task || !parts.options.topUrl) return [];
    return [{ name, address: `${parts.options.topUrl}/work/tasks/${task % 10_000}/${task}/` }];
  });
  const summary = (
    lines.length > 0 ? `${lines[0]}${lines.length > 1 ? ` (and ${lines.length - 1} more)` : ''}` : reason
  ).slice(0, 1000);
  const text = [reason, ...lines].join('\n');
  return { ...readLog(text, 'module', { class: classOf(broken.length, reason), summary }), logs };
}

function classOf(components: number, reason: string): Evidence['class'] {
  if (components > 0) return 'compile';
  if (dependencies.test(reason)) return 'dependencies';
  return infrastructure.test(reason) ? 'infrastructure' : 'source';
}

export function sourceOf(scmurl: string | null | undefined): SourceRef | null {
  const match = /^(?:git\+)?(.{1,2048}?)\??#([0-9a-f]{40})$/.exec(scmurl ?? '');
  return match ? { kind: 'git', url: match[1]!, commit: match[2]! } : null;
}

/** When the last of them ended, as the service writes times. */
export function endedAt(builds: readonly ModuleBuild[]): string | null {
  const times = builds.flatMap((build) => build.time_completed ?? build.time_modified ?? []);
  return times.sort().at(-1) ?? null;
}

export function timeOf(text: string | null | undefined): Moment | null {
  const ms = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : moment(ms);
}

function notComplete(ref: BuildRef): AppError {
  const remedy = 'wait until all its stream expansions are';
  return new AppError({
    code: 'build-not-complete',
    kind: 'conflict',
    message: `build ${ref} is not complete`,
    remedy,
  });
}

function withoutEvidence(ref: BuildRef, state: string): AppError {
  return new AppError({
    code: 'build-without-evidence',
    kind: 'conflict',
    message: `build ${ref} is ${state} and has no evidence`,
    remedy: 'only builds that failed or were cancelled have some',
  });
}
