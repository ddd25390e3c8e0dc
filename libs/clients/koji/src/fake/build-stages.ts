import { faultCodes } from '../fault';
import { isStruct, type RpcStruct } from '../xml-rpc/value';
import { findBuild, isListed, nvrOfBuild, taggedIn, tagOf } from './look-up';
import {
  nextEvent,
  nextId,
  nowTs,
  type FakeRpm,
  type FakeTarget,
  type FakeTask,
  type HubState,
  type Recipe,
} from './state';
import { closeTask, failTask, makeTask, openTask, putInto } from './tasks';

export interface Work {
  readonly task: FakeTask;
  readonly target: FakeTarget;
  readonly recipe: Recipe;
  readonly opts: RpcStruct;
  readonly repo: number;
}

/** A source that cannot be had fails before there is any build. */
export function endOfSource(task: FakeTask, srpm: FakeTask, recipe: Recipe | undefined): void {
  const broken = recipe === undefined || recipe.ends === 'source';
  srpm.files['build.log'] = broken ? 'error: cannot check out the source\n' : 'Wrote: source.src.rpm\n';
  if (!broken) return closeTask(srpm, { srpm: `${recipe.name}.src.rpm` });
  const why = `Error running git command: could not check out ${String(task.request[0])}`;
  failTask(srpm, faultCodes.GenericError, why);
  failTask(task, faultCodes.GenericError, why);
}

/** Package list and NVR are checked here, as the hub does in initBuild. */
export function beginBuild(state: HubState, work: Work): void {
  const { task, target, recipe, opts } = work;
  const dest = tagOf(state, target.dest_tag);
  if (!isListed(state, dest, recipe.name)) {
    return failTask(task, faultCodes.BuildError, `package ${recipe.name} not in list for tag ${dest.name}`);
  }
  const draft = opts['draft'] === true;
  const id = nextId(state);
  const final = draft ? recipe.release : `${recipe.release}.k${task.id}`;
  const nvr = nvrOfBuild({ ...recipe, release: final });
  if (findBuild(state, nvr)) {
    const why = draft ? `Target build already exists: ${nvr}` : `Build already exists (${nvr}, state=COMPLETE)`;
    return failTask(task, faultCodes.GenericError, why);
  }
  state.builds.push({
    ...{ id, name: recipe.name, version: recipe.version, release: draft ? `${final},draft_${id}` : final, state: 0 },
    ...{ task_id: task.id, owner: task.owner, source: String(task.request[0]), extra: metadataOf(opts), draft },
    ...{ creation_event_id: nextEvent(state), start_ts: nowTs(), completion_ts: null },
  });
  for (const arch of recipe.arches ?? ['x86_64']) {
    const request = [`${recipe.name}.src.rpm`, target.build_tag, arch, true, { repo_id: work.repo }];
    const wish = { method: 'buildArch', request, owner: task.owner, parent: task.id, label: arch, arch };
    const child = makeTask(state, wish);
    // Without a builder of its architecture a task stays free for ever.
    if (hasBuilder(state, arch)) openTask(child);
  }
}

export function archStage(state: HubState, work: Work, arches: readonly FakeTask[]): void {
  if (work.recipe.ends === 'hangs') return;
  const free = arches.filter((c) => c.state === 0);
  free.filter((c) => hasBuilder(state, c.arch)).forEach(openTask);
  for (const child of arches.filter((c) => c.state === 1 && !free.includes(c))) endArch(state, work, child);
  const failed = arches.find((c) => c.state === 5);
  if (!failed) return;
  const { faultCode, faultString } = failed.result as { faultCode: number; faultString: string };
  failTask(work.task, faultCode, faultString);
  const build = state.builds.find((b) => b.task_id === work.task.id);
  if (build) Object.assign(build, { state: 3, completion_ts: nowTs() });
}

function endArch(state: HubState, { recipe, target }: Work, child: FakeTask): void {
  const missing = requiresOf(state, target, recipe).filter((name) => !provided(state, target).has(name));
  if (missing.length > 0 || recipe.ends === 'dependencies') {
    child.files['root.log'] = `DEBUG util.py: No matching package to install: '${missing[0] ?? 'nothing'}'\n`;
    return failTask(
      child,
      faultCodes.BuildrootError,
      'could not init mock buildroot, mock exited with status 30; see root.log for more information',
    );
  }
  if (recipe.ends === 'builder-lost')
    return failTask(child, faultCodes.GenericError, 'Refusing to run task: builder lost');
  const fails = recipe.ends === 'compile' || recipe.ends === 'test' || recipe.failsOn === child.arch;
  child.files['build.log'] = recipe.log ?? (fails ? defaultLog(recipe) : 'Wrote: binary.rpm\n');
  if (!fails) return closeTask(child, { rpms: [], logs: ['build.log'] });
  failTask(
    child,
    faultCodes.BuildError,
    'error building package (arch ' + `${child.arch}), mock exited with status 1; see build.log for more information`,
  );
}

function hasBuilder(state: HubState, arch: string): boolean {
  return state.hosts.some((host) => host.enabled && host.ready && host.arches.split(' ').includes(arch));
}

function defaultLog(recipe: Recipe): string {
  const section = recipe.ends === 'test' ? '%check' : '%build';
  const error =
    recipe.ends === 'test'
      ? 'FAIL: wheel turns backwards'
      : "main.c:3:5: error: implicit declaration of function 'gear_wheels'";
  return `Executing(${section}): /bin/sh -e /var/tmp/rpm-tmp\n${error}\nerror: Bad exit status from /var/tmp/rpm-tmp (${section})\n`;
}

export function finishBuild(
  state: HubState,
  { task, target, recipe, opts, repo }: Work,
  arches: readonly FakeTask[],
): void {
  const build = state.builds.find((b) => b.task_id === task.id)!;
  const used = usedRpms(state, target, recipe);
  const names = recipe.packages ?? [recipe.name, `${recipe.name}-devel`];
  arches.forEach((child, i) => {
    const root = nextId(state);
    const { create_event } = state.repos.find((r) => r.id === repo)!;
    const rest = { tag_id: target.build_tag, repo_id: repo, repo_create_event: create_event, rpms: used };
    state.buildroots.push({ id: root, task_id: child.id, arch: child.arch, ...rest });
    const common = { version: build.version, release: build.release, build_id: build.id, buildroot_id: root };
    const add = (rpm: Omit<FakeRpm, 'id' | keyof typeof common>) =>
      state.rpms.push({ id: nextId(state), ...common, ...rpm });
    if (i === 0) add({ name: recipe.name, arch: 'src', requires: requiresOf(state, target, recipe), provides: [] });
    for (const name of names) {
      add({ name, arch: child.arch, requires: recipe.requires ?? [], provides: [name, ...(recipe.provides ?? [])] });
    }
  });
  Object.assign(build, { state: 1, completion_ts: nowTs() });
  if (opts['skip_tag'] !== true && opts['scratch'] !== true) tagResult(state, task, target, build.id);
  closeTask(task, null);
}

function tagResult(state: HubState, task: FakeTask, target: FakeTarget, buildId: number): void {
  const wish = {
    method: 'tagBuild',
    request: [target.dest_tag, buildId],
    owner: task.owner,
    parent: task.id,
    label: 'tag',
  };
  putInto(state, target.dest_tag, buildId, task.owner);
  closeTask(makeTask(state, wish), null);
}

export function latestOf(state: HubState, target: Pick<FakeTarget, 'build_tag'>): ReadonlySet<number> {
  const wish = { inherit: true, latest: true, event: null, draft: null };
  return new Set(taggedIn(state, tagOf(state, target.build_tag), wish).map(({ build }) => build.id));
}

function provided(state: HubState, target: FakeTarget): ReadonlySet<string> {
  const builds = latestOf(state, target);
  return new Set(state.rpms.filter((r) => builds.has(r.build_id)).flatMap((r) => r.provides));
}

function requiresOf(state: HubState, target: FakeTarget, { buildRequires = [], bootstrapMacro }: Recipe) {
  const macros = tagOf(state, target.build_tag).macros ?? {};
  return bootstrapMacro !== undefined && bootstrapMacro in macros ? [] : buildRequires;
}

function usedRpms(state: HubState, target: FakeTarget, recipe: Recipe): readonly number[] {
  const buildRequires = requiresOf(state, target, recipe);
  const builds = latestOf(state, target);
  const there = state.rpms.filter((r) => builds.has(r.build_id) && r.arch !== 'src');
  return there.filter((r) => r.provides.some((p) => buildRequires.includes(p))).map((r) => r.id);
}

function metadataOf(opts: RpcStruct): RpcStruct {
  const given = opts['custom_user_metadata'];
  return isStruct(given) ? { custom_user_metadata: given } : {};
}
