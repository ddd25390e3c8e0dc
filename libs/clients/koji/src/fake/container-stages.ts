import { faultCodes } from '../fault';
import { isStruct, type RpcStruct } from '../xml-rpc/value';
import { latestOf } from './build-stages';
import { findTag } from './look-up';
import { nextEvent, nextId, nowTs, type FakeTarget, type FakeTask, type HubState, type Recipe } from './state';
import { closeTask, failTask, openTask, putInto, states } from './tasks';

/**
 * As OSBS does it: the build is imported by a content generator, so it names no task, and the task's result names the
 * build. The image holds what the given repository has.
 */
export function stepContainer(state: HubState, task: FakeTask): void {
  if (task.state === states.FREE) return openTask(task);
  const [source, targetName, options] = task.request;
  const target = state.targets.find((t) => t.name === targetName);
  const recipe = state.sources[String(source).split('#')[0]!];
  if (!target || !recipe) return failTask(task, faultCodes.GenericError, 'could not check out the source');
  const refusal = refusedOptions(isStruct(options) ? options : {});
  if (refusal !== null) return failTask(task, faultCodes.GenericError, refusal);
  if (recipe.ends === 'hangs') return;
  if (recipe.ends === 'compile') {
    task.files['osbs-build.log'] = 'error: building at step "RUN make": exit status 2\n';
    return failTask(task, faultCodes.GenericError, 'OSBS: image build failed; see osbs-build.log for more information');
  }
  const build = importBuild(state, task, recipe);
  const rpms = inside(state, target, recipe, isStruct(options) ? options : {});
  state.archives.push({ id: nextId(state), build_id: build, filename: `docker-image-${build}.x86_64.tar.gz`, rpms });
  putInto(state, target.dest_tag, build, task.owner);
  closeTask(task, {
    koji_builds: [String(build)],
    repositories: [`registry.example/${recipe.name}:${recipe.version}`],
  });
}

/** Options of koji-containerbuild's builder, as far as they are of use; it takes no other. */
const known = new Set([
  ...['scratch', 'isolated', 'yum_repourls', 'arch_override', 'git_branch', 'koji_parent_build', 'release', 'flatpak'],
  ...['compose_ids', 'signing_intent', 'skip_build', 'userdata', 'dependency_replacements'],
]);

function refusedOptions(options: RpcStruct): string | null {
  const strange = Object.keys(options).filter((name) => !known.has(name));
  if (strange.length > 0) return `Additional properties are not allowed (${strange.join(', ')})`;
  return options['git_branch'] ? null : 'BuildError: Git branch must be specified';
}

function importBuild(state: HubState, task: FakeTask, recipe: Recipe): number {
  const id = nextId(state);
  state.builds.push({
    ...{ id, name: recipe.name, version: recipe.version, release: `${recipe.release}.k${task.id}`, state: 1 },
    ...{ task_id: null, owner: task.owner, source: String(task.request[0]), draft: false },
    extra: { container_koji_task_id: task.id, typeinfo: { image: {} } },
    ...{ creation_event_id: nextEvent(state), start_ts: task.start_ts ?? nowTs(), completion_ts: nowTs() },
  });
  return id;
}

function inside(state: HubState, target: FakeTarget, recipe: Recipe, options: RpcStruct): readonly number[] {
  const [first] = (options['yum_repourls'] ?? []) as readonly string[];
  const named = recipe.stale ? undefined : /\/repos\/([^/]+)\//.exec(first ?? '')?.[1];
  const tag = named === undefined ? undefined : findTag(state, named);
  const builds = latestOf(state, { build_tag: tag?.id ?? target.build_tag });
  const wanted = recipe.installs ?? [];
  return state.rpms
    .filter((r) => builds.has(r.build_id) && r.arch !== 'src' && wanted.includes(r.name))
    .map((r) => r.id);
}
