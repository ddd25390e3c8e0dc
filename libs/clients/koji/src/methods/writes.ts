import { z } from 'zod';
import type { Call, Writer } from '../asker';
import { repoAnswer, sideTag, taskId, user, type BuildId, type TaskId } from '../schema';
import type { WriteOutcome } from '../session/outcome';
import type { BeforeWrite } from '../session/session';
import type { RpcStruct, RpcValue } from '../xml-rpc/value';

/** Options of `build`; see koji's BuildTask. `custom_user_metadata` comes back in the task's request and the build. */
export interface BuildOptions {
  readonly scratch?: boolean;
  readonly draft?: boolean;
  readonly skip_tag?: boolean;
  readonly fail_fast?: boolean;
  readonly repo_id?: number;
  /** The repository must be as new as this call. */
  readonly wait_repo?: boolean;
  /** NVRs that the repository must have. */
  readonly wait_builds?: readonly string[];
  readonly custom_user_metadata?: RpcStruct;
}

const anything = z.unknown();

/** Every write is answered, or is known to have happened before; `before` gets its numbers before it is sent. */
export function writeMethods({ write }: Writer) {
  const start = (call: Call, before?: BeforeWrite): Promise<WriteOutcome<TaskId>> => write(call, taskId, before);
  return {
    /** The hub checks neither source nor target: ask getBuildTarget first. Priority is added to 20; negative needs admin. */
    build: (source: string, targetName: string, options: BuildOptions, how: Scheduling = {}) =>
      start({ method: 'build', params: [source, targetName, optionsOf(options), ...schedulingOf(how)] }, how.before),
    /** Levels one after another, each when the one before is in the repository; the first failure ends them all. */
    chainBuild: (
      levels: readonly (readonly string[])[],
      targetName: string,
      options: RpcStruct,
      how: Scheduling = {},
    ) => start({ method: 'chainBuild', params: [levels, targetName, options, ...schedulingOf(how)] }, how.before),
    /** Of the plug-in for containers. */
    buildContainer: (source: string, targetName: string, options: RpcStruct, how: Scheduling = {}) =>
      start({ method: 'buildContainer', params: [source, targetName, options, ...schedulingOf(how)] }, how.before),
    /** Any method that makes a task and answers its id, e.g. of a plug-in for images. */
    startTask: (method: string, params: readonly RpcValue[], keywords: RpcStruct, how: Writing = {}) =>
      start({ method, params, keywords }, how.before),
    cancelTask: (id: TaskId, how: Writing = {}) => write({ method: 'cancelTask', params: [id] }, anything, how.before),
    /** Cancels the task that owns the build, too. */
    cancelBuild: (id: BuildId, how: Writing = {}) =>
      write({ method: 'cancelBuild', params: [id] }, anything, how.before),
    /** The task fails when the build is already in the tag. */
    tagBuild: (tagName: string, id: BuildId, how: Writing = {}) =>
      start({ method: 'tagBuild', params: [tagName, id] }, how.before),
    untagBuild: (tagName: string, id: BuildId, how: Writing = {}) =>
      write({ method: 'untagBuild', params: [tagName, id] }, anything, how.before),
    moveBuild: (from: string, to: string, id: BuildId, how: Writing = {}) =>
      start({ method: 'moveBuild', params: [from, to, id] }, how.before),
    /** Draft to final: the id stays, the NVR loses its `,draft_N`. Refused for what is final already. */
    promoteBuild: (id: BuildId, how: Writing = {}) =>
      write({ method: 'promoteBuild', params: [id] }, anything, how.before),
    createSideTag: (baseTag: string, options: RpcStruct = {}, how: Writing = {}) =>
      write({ method: 'createSideTag', params: [baseTag], keywords: options }, sideTag, how.before),
    /** RPM macros that builds in the side tag have. */
    editSideTag: (name: string, macros: RpcStruct, how: Writing = {}) =>
      write({ method: 'editSideTag', params: [name], keywords: { rpm_macros: macros } }, anything, how.before),
    removeSideTag: (name: string, how: Writing = {}) =>
      write({ method: 'removeSideTag', params: [name] }, anything, how.before),
    /** From hub 1.35; idempotent. `last`: as new as the tag is now. */
    requestRepo: (tagName: string, minEvent: number | 'last', how: Writing = {}) =>
      write({ method: 'repo.request', params: [tagName], keywords: { min_event: minEvent } }, repoAnswer, how.before),
    /** Older hubs; needs the permission `regen-repo`. */
    newRepo: (tagName: string, how: Writing = {}) => start({ method: 'newRepo', params: [tagName] }, how.before),
    packageListAdd: (tagName: string, packageName: string, owner: string, how: Writing = {}) =>
      write({ method: 'packageListAdd', params: [tagName, packageName, owner] }, anything, how.before),
    getLoggedInUser: () => write({ method: 'getLoggedInUser' }, user),
    getPerms: () => write({ method: 'getPerms' }, z.array(z.string())),
    /** For what has no method here. */
    call: (method: string, params: readonly RpcValue[], keywords: RpcStruct = {}, how: Writing = {}) =>
      write({ method, params, keywords }, anything, how.before),
  };
}

export interface Writing {
  readonly before?: BeforeWrite;
}

/** Where and how soon. */
export interface Scheduling extends Writing {
  readonly priority?: number | undefined;
  readonly channel?: string | undefined;
}

/** Trailing arguments that say nothing are left out: plug-ins' methods may not take them. */
function schedulingOf({ priority, channel }: Scheduling): readonly RpcValue[] {
  if (channel !== undefined) return [priority ?? null, channel];
  return priority === undefined ? [] : [priority];
}

function optionsOf(options: BuildOptions): RpcStruct {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as RpcStruct;
}
