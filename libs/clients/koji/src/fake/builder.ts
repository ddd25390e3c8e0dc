import { faultCodes } from '../fault';
import { isStruct } from '../xml-rpc/value';
import { stepContainer } from './container-stages';
import { archStage, beginBuild, endOfSource, finishBuild } from './build-stages';
import { lastChangeOf, findTag, tagOf, taggedIn } from './look-up';
import { nextEvent, nextId, type FakeTarget, type FakeTask, type HubState } from './state';
import { childrenOf, closeTask, failTask, isOver, makeTask, openTask, putInto, states, takeOut } from './tasks';

/** Takes every task that is not over one stage further. True when something moved. */
export function step(state: HubState): boolean {
  if (state.held) return false;
  const before = JSON.stringify([state.lastId, state.lastEvent, state.tasks.map((t) => t.state)]);
  for (const task of state.tasks.filter((t) => t.parent === null && !isOver(t))) stepTask(state, task);
  return before !== JSON.stringify([state.lastId, state.lastEvent, state.tasks.map((t) => t.state)]);
}

function stepTask(state: HubState, task: FakeTask): void {
  if (task.method === 'build') stepBuild(state, task);
  else if (task.method === 'buildContainer') stepContainer(state, task);
  else if (task.method === 'tagBuild') runTagBuild(state, task);
  else if (task.method === 'newRepo') runNewRepo(state, task);
  else openTask(task);
}

function runTagBuild(state: HubState, task: FakeTask): void {
  const [tagId, buildId, , from] = task.request as [number, number, unknown, number | undefined];
  const there = state.taggings.some((t) => t.tag_id === tagId && t.build_id === buildId && t.revoke_event === null);
  if (there) return failTask(task, faultCodes.TagError, `build ${buildId} already tagged`);
  if (from !== undefined) takeOut(state, from, buildId, task.owner);
  putInto(state, tagId, buildId, task.owner);
  closeTask(task, null);
}

function runNewRepo(state: HubState, task: FakeTask): void {
  const tag = findTag(state, task.request[0]!);
  if (!tag) return failTask(task, faultCodes.GenericError, `No such tagInfo: ${String(task.request[0])}`);
  const repo = makeRepo(state, tag.id, task.id);
  for (const request of state.repoRequests.filter((r) => r.task_id === task.id)) {
    Object.assign(request, { active: false, repo_id: repo });
  }
  closeTask(task, [repo, repo]);
}

function makeRepo(state: HubState, tagId: number, taskId: number | null): number {
  const id = nextId(state);
  const begin_event = lastChangeOf(state, tagOf(state, tagId));
  state.repos.push({ id, tag_id: tagId, state: 1, create_event: nextEvent(state), begin_event, task_id: taskId });
  return id;
}

function stepBuild(state: HubState, task: FakeTask): void {
  const [source, targetName, options] = task.request;
  const target = state.targets.find((t) => t.name === targetName);
  if (!target) return failTask(task, faultCodes.GenericError, `Invalid build target: ${String(targetName)}`);
  if (task.state === states.FREE) return openTask(task);
  const opts = isStruct(options) ? options : {};
  if (!hasWhatItWaitsFor(state, target, opts['wait_builds'])) return;
  const children = childrenOf(state, task.id);
  if (children.length === 0) return beginSource(state, task);
  const recipe = state.sources[String(source).split('#')[0]!];
  const srpm = children[0]!;
  if (!isOver(srpm)) return endOfSource(task, srpm, recipe);
  if (!recipe) return;
  const work = { task, target, recipe, opts, repo: repoFor(state, target) };
  const arches = children.filter((c) => c.method === 'buildArch');
  if (arches.length === 0) return beginBuild(state, work);
  if (arches.some((c) => !isOver(c))) return archStage(state, work, arches);
  finishBuild(state, work, arches);
}

function beginSource(state: HubState, task: FakeTask): void {
  const [source, target] = task.request;
  const method = /^[a-z+]+:\/\//.test(String(source)) ? 'buildSRPMFromSCM' : 'rebuildSRPM';
  const wish = { method, request: [source!, target!], owner: task.owner, parent: task.id, label: 'srpm' };
  openTask(makeTask(state, wish));
}

/** As the hub does with `wait_builds`: the task waits until the build tag has them all. */
function hasWhatItWaitsFor(state: HubState, target: FakeTarget, waits: unknown): boolean {
  if (!Array.isArray(waits)) return true;
  const wish = { inherit: true, latest: false, event: null, draft: null };
  const there = taggedIn(state, tagOf(state, target.build_tag), wish);
  const nvrs = new Set(there.map(({ build: b }) => `${b.name}-${b.version}-${b.release}`));
  return waits.every((nvr) => nvrs.has(String(nvr)));
}

function repoFor(state: HubState, target: FakeTarget): number {
  const newest = state.repos.findLast((r) => r.tag_id === target.build_tag && r.state === 1);
  const current = lastChangeOf(state, tagOf(state, target.build_tag));
  return newest && newest.begin_event >= current ? newest.id : makeRepo(state, target.build_tag, null);
}
