import type { RpcStruct, RpcValue } from '../xml-rpc/value';

/** How the fake's builder ends a build of a source. */
export const endings = ['complete', 'source', 'dependencies', 'compile', 'test', 'hangs', 'builder-lost'] as const;
export type Ending = (typeof endings)[number];

/** What the fake's builder makes of a source: its address without the fragment is the key. */
export interface Recipe {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly arches?: readonly string[];
  /** Names of binary packages; the component's own name and `-devel` when left out. */
  readonly packages?: readonly string[];
  readonly provides?: readonly string[];
  readonly requires?: readonly string[];
  readonly buildRequires?: readonly string[];
  /** A build tag that has this RPM macro builds it without its build requirements. */
  readonly bootstrapMacro?: string;
  readonly ends?: Ending;
  /** A container: names of packages that its image holds. */
  readonly installs?: readonly string[];
  /** A container that takes its packages from the target's build tag, whatever repository it is given. */
  readonly stale?: boolean;
  /** Fails on this architecture only. */
  readonly failsOn?: string;
  readonly log?: string;
}

export interface FakeUser {
  readonly id: number;
  readonly name: string;
  readonly password: string;
  readonly perms: readonly string[];
}

export interface FakeSession {
  readonly id: number;
  key: string;
  readonly user: number;
  lastCall: number | null;
  expired: boolean;
}

export interface FakeTag {
  readonly id: number;
  readonly name: string;
  readonly arches: string;
  readonly parents: readonly number[];
  readonly packages: { readonly name: string; readonly owner: string; blocked: boolean; changed?: number }[];
  macros?: RpcStruct;
  readonly sideOf: number | null;
  readonly owner: number | null;
  readonly created: number;
  readonly createdTs?: number;
  /** It was deleted then; its name is only in the history. */
  readonly deleted?: { readonly event: number; readonly by: string | null };
  readonly locked?: boolean;
  readonly extra?: RpcStruct;
  /** Who tags there needs this permission. */
  readonly perm?: string;
}

export interface FakeTarget {
  readonly id: number;
  readonly name: string;
  readonly build_tag: number;
  readonly dest_tag: number;
}

export interface FakeTask {
  readonly id: number;
  state: number;
  readonly method: string;
  readonly arch: string;
  readonly label: string | null;
  readonly parent: number | null;
  readonly owner: number;
  readonly priority: number;
  readonly create_ts: number;
  start_ts: number | null;
  completion_ts: number | null;
  host_id: number | null;
  readonly request: readonly RpcValue[];
  result: RpcValue;
  readonly files: Record<string, string>;
}

export interface FakeBuild {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  release: string;
  state: number;
  readonly task_id: number | null;
  readonly owner: number;
  readonly source: string;
  readonly extra: RpcStruct;
  draft: boolean;
  readonly creation_event_id: number;
  readonly start_ts: number;
  completion_ts: number | null;
}

export interface FakeTagging {
  readonly build_id: number;
  readonly tag_id: number;
  readonly create_event: number;
  revoke_event: number | null;
  readonly creator?: string | null;
  revoker?: string | null;
}

export interface FakeRpm {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
  readonly build_id: number;
  readonly buildroot_id: number;
  readonly requires: readonly string[];
  readonly provides: readonly string[];
}

export interface FakeBuildroot {
  readonly id: number;
  readonly task_id: number;
  readonly arch: string;
  readonly tag_id: number;
  readonly repo_id: number;
  readonly repo_create_event: number;
  readonly rpms: readonly number[];
}

export interface FakeRepo {
  readonly id: number;
  readonly tag_id: number;
  readonly state: number;
  readonly create_event: number;
  readonly begin_event: number;
  readonly task_id: number | null;
}

export interface FakeRepoRequest {
  readonly id: number;
  readonly tag_id: number;
  readonly min_event: number;
  readonly task_id: number;
  active: boolean;
  repo_id: number | null;
}

/** An image of a container build, and the RPMs inside. */
export interface FakeArchive {
  readonly id: number;
  readonly build_id: number;
  readonly filename: string;
  readonly rpms: readonly number[];
}

export interface FakeHost {
  readonly id: number;
  readonly name: string;
  readonly arches: string;
  enabled: boolean;
  ready: boolean;
}

/** Everything that the fake knows; plain data, so that it can be kept in a file. */
export interface HubState {
  lastId: number;
  lastEvent: number;
  /** Builders do nothing. */
  held?: boolean;
  /** What the hub's policies answer, by name; `allow` where nothing is said. */
  policies?: Record<string, string>;
  /** Side tags that one user may have; no bound where nothing is said. */
  sideTagQuota?: number;
  readonly users: FakeUser[];
  readonly sessions: FakeSession[];
  readonly tags: FakeTag[];
  readonly targets: FakeTarget[];
  readonly tasks: FakeTask[];
  readonly builds: FakeBuild[];
  readonly taggings: FakeTagging[];
  readonly rpms: FakeRpm[];
  readonly buildroots: FakeBuildroot[];
  readonly repos: FakeRepo[];
  readonly archives: FakeArchive[];
  readonly hosts: FakeHost[];
  readonly repoRequests: FakeRepoRequest[];
  /** Uploaded files by path, in base64. */
  readonly uploads: Record<string, string>;
  readonly sources: Record<string, Recipe>;
}

export function emptyState(): HubState {
  return {
    hosts: [{ id: 1, name: 'builder1', arches: 'x86_64 aarch64', enabled: true, ready: true }],
    ...{ lastId: 0, lastEvent: 0, users: [], sessions: [], tags: [], targets: [], tasks: [], builds: [] },
    ...{ taggings: [], rpms: [], buildroots: [], repos: [], archives: [], repoRequests: [], uploads: {}, sources: {} },
  };
}

/** One counter for all: an id of a task is never one of a build, so that mixing them up shows. */
export function nextId(state: HubState): number {
  return ++state.lastId;
}

export function nextEvent(state: HubState): number {
  return ++state.lastEvent;
}

/** Seconds since 1970. */
export function nowTs(): number {
  return Date.now() / 1000;
}
