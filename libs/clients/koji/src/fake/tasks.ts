import type { RpcValue } from '../xml-rpc/value';
import { nextEvent, nextId, nowTs, type FakeTask, type HubState } from './state';

export interface TaskWish {
  readonly method: string;
  readonly request: readonly RpcValue[];
  readonly owner: number;
  readonly parent?: number;
  readonly label?: string;
  readonly arch?: string;
  readonly priority?: number;
}

export const states = { FREE: 0, OPEN: 1, CLOSED: 2, CANCELED: 3, ASSIGNED: 4, FAILED: 5 } as const;

export function makeTask(state: HubState, wish: TaskWish): FakeTask {
  const task: FakeTask = {
    ...{ id: nextId(state), state: states.FREE, method: wish.method, arch: wish.arch ?? 'noarch' },
    ...{
      label: wish.label ?? null,
      parent: wish.parent ?? null,
      owner: wish.owner,
      priority: 20 + (wish.priority ?? 0),
    },
    ...{ create_ts: nowTs(), start_ts: null, completion_ts: null, host_id: null },
    ...{ request: wish.request, result: null, files: {} },
  };
  state.tasks.push(task);
  return task;
}

export function openTask(task: FakeTask): void {
  Object.assign(task, { state: states.OPEN, host_id: 1, start_ts: task.start_ts ?? nowTs() });
}

export function closeTask(task: FakeTask, result: RpcValue): void {
  Object.assign(task, { state: states.CLOSED, completion_ts: nowTs(), result });
}

export function failTask(task: FakeTask, faultCode: number, faultString: string): void {
  Object.assign(task, { state: states.FAILED, completion_ts: nowTs(), result: { faultCode, faultString } });
}

export function isOver(task: FakeTask): boolean {
  return task.state === states.CLOSED || task.state === states.CANCELED || task.state === states.FAILED;
}

export function childrenOf(state: HubState, id: number): readonly FakeTask[] {
  return state.tasks.filter((t) => t.parent === id);
}

export function familyOf(state: HubState, task: FakeTask): readonly FakeTask[] {
  return [task, ...childrenOf(state, task.id).flatMap((child) => familyOf(state, child))];
}

/** With what it started; its build is canceled too. */
export function cancelFamily(state: HubState, task: FakeTask): void {
  for (const one of familyOf(state, task).filter((t) => !isOver(t))) {
    Object.assign(one, { state: states.CANCELED, completion_ts: nowTs() });
  }
  for (const build of state.builds.filter((b) => b.task_id === task.id && b.state === 0)) {
    Object.assign(build, { state: 4, completion_ts: nowTs() });
  }
}

/** `by`: id of the user; the hub's history names who did it. */
export function putInto(state: HubState, tagId: number, buildId: number, by: number | null = null): void {
  const creator = nameOf(state, by);
  const fresh = { create_event: nextEvent(state), revoke_event: null, creator, revoker: null };
  state.taggings.push({ build_id: buildId, tag_id: tagId, ...fresh });
}

export function takeOut(state: HubState, tagId: number, buildId: number, by: number | null = null): boolean {
  const tagging = state.taggings.find((t) => t.tag_id === tagId && t.build_id === buildId && t.revoke_event === null);
  if (tagging) Object.assign(tagging, { revoke_event: nextEvent(state), revoker: nameOf(state, by) });
  return tagging !== undefined;
}

function nameOf(state: HubState, user: number | null): string | null {
  return state.users.find((one) => one.id === user)?.name ?? null;
}
