import type { RpcStruct } from '../xml-rpc/value';
import { HubFault } from './hub-fault';
import { buildOf, findTag, tagOf, taskOf } from './look-up';
import { removeTag } from './methods/side-tags';
import { nextEvent, nextId, nowTs, type FakeTag, type HubState, type Recipe } from './state';
import { childrenOf, isOver, makeTask, states, takeOut } from './tasks';

export interface TagWish {
  readonly parents?: readonly string[];
  readonly arches?: string;
  readonly packages?: readonly string[];
  readonly locked?: boolean;
  readonly perm?: string;
  readonly extra?: RpcStruct;
}

/** What an administrator, a builder or an accident does to the hub. */
export class Control {
  constructor(private readonly state: HubState) {}

  addUser(name: string, password: string, perms: readonly string[] = []): void {
    this.state.users.push({ id: nextId(this.state), name, password, perms });
  }

  addTag(name: string, { parents = [], arches = 'x86_64', packages = [], ...access }: TagWish = {}): void {
    const ids = parents.map((parent) => tagOf(this.state, parent).id);
    const created = nextEvent(this.state);
    const tag: FakeTag = {
      ...{ id: nextId(this.state), name, arches, parents: ids, sideOf: null, owner: null, created },
      ...access,
      // Generous where nothing is said: macros are refused where `extra` says so, by leaving it out.
      extra: access.extra ?? { sidetag_rpm_macros_allowed: ['*'] },
      packages: packages.map((p) => ({ name: p, owner: 'kojiadmin', blocked: false })),
    };
    this.state.tags.push(tag);
  }

  addPackages(tag: string, names: readonly string[]): void {
    tagOf(this.state, tag).packages.push(...names.map((name) => ({ name, owner: 'kojiadmin', blocked: false })));
    nextEvent(this.state);
  }

  blockPackage(tag: string, name: string): void {
    const entry = tagOf(this.state, tag).packages.find((p) => p.name === name);
    if (!entry) throw new HubFault('TagError', `no package ${name} in ${tag}`);
    Object.assign(entry, { blocked: true, changed: nextEvent(this.state) });
  }

  addTarget(name: string, buildTag: string, destTag: string): void {
    const [build_tag, dest_tag] = [tagOf(this.state, buildTag).id, tagOf(this.state, destTag).id];
    this.state.targets.push({ id: nextId(this.state), name, build_tag, dest_tag });
  }

  /** What the builder makes of a source from now on. */
  addSource(url: string, recipe: Recipe): void {
    this.state.sources[url.split('#')[0]!] = recipe;
  }

  /** A task that somebody made, in a state of one's choice. */
  addTask(method: string, owner: string, state: number): number {
    const user = this.state.users.find((one) => one.name === owner);
    if (!user) throw new HubFault('GenericError', `No such user: ${owner}`);
    const task = makeTask(this.state, {
      method,
      request: ['git+https://src.example/idle', 'idle', {}],
      owner: user.id,
    });
    Object.assign(task, { state, start_ts: nowTs() });
    return task.id;
  }

  /** Ends a task in any way, with all below it and its build. */
  endTask(id: number, how: 'CLOSED' | 'CANCELED' | 'FAILED', faultString = 'ended by a test'): void {
    const task = taskOf(this.state, id);
    const result = how === 'FAILED' ? { faultCode: 1000, faultString } : null;
    for (const one of [...childrenOf(this.state, id), task].filter((t) => !isOver(t))) {
      Object.assign(one, { state: states[how], completion_ts: nowTs(), result });
    }
    const buildState = { CLOSED: 1, CANCELED: 4, FAILED: 3 }[how];
    for (const build of this.state.builds.filter((b) => b.task_id === id && b.state === 0)) {
      Object.assign(build, { state: buildState, completion_ts: nowTs() });
    }
  }

  /** What a policy answers from now on, e.g. `deny too many side tags`. */
  setPolicy(name: string, answer: string): void {
    this.state.policies = { ...this.state.policies, [name]: answer };
  }

  /** Side tags that one user may have from now on. */
  setSideTagQuota(most: number): void {
    this.state.sideTagQuota = most;
  }

  /** Somebody deletes a tag with all that is in it; its history stays. */
  deleteTag(name: string, by: string | null = 'kojiadmin'): void {
    removeTag(this.state, tagOf(this.state, name), by);
  }

  /** Nobody takes a task any further, or everybody does again. */
  holdTasks(held: boolean): void {
    this.state.held = held;
  }

  /** The builder died: the task is free again, and what it had begun is gone. */
  freeTask(id: number): void {
    const task = taskOf(this.state, id);
    Object.assign(task, { state: states.FREE, host_id: null });
    const children = new Set(childrenOf(this.state, id).map((t) => t.id));
    keep(this.state.tasks, (t) => !children.has(t.id));
    keep(this.state.builds, (b) => b.task_id !== id);
  }

  deleteBuild(nvrOrId: string | number): void {
    const build = buildOf(this.state, nvrOrId);
    for (const tag of this.state.tags) takeOut(this.state, tag.id, build.id);
    build.state = 2;
  }

  /** Builders of these architectures are up or down from now on. */
  setHost(arches: string, ready: boolean): void {
    const known = this.state.hosts.find((host) => host.arches === arches);
    if (known) known.ready = ready;
    else this.state.hosts.push({ id: nextId(this.state), name: `builder-${arches}`, arches, enabled: true, ready });
  }

  expireSessions(): void {
    for (const session of this.state.sessions) session.expired = true;
  }

  dropSessions(): void {
    this.state.sessions.length = 0;
  }

  has(tag: string): boolean {
    return findTag(this.state, tag) !== undefined;
  }
}

function keep<T>(rows: T[], is: (row: T) => boolean): void {
  rows.splice(0, rows.length, ...rows.filter(is));
}
