import { z } from 'zod';
import type { Answered, Asker } from '../asker';
import {
  archive,
  build,
  buildroot,
  history,
  references,
  rpm,
  rpmDep,
  type Build,
  type BuildId,
  type TaskId,
} from '../schema';
import type { RpcStruct } from '../xml-rpc/value';

export function buildMethods({ ask, askMany }: Asker) {
  return {
    getBuild: (of: BuildId | string) => ask({ method: 'getBuild', params: [of] }, build.nullable()),
    getBuilds: (of: readonly BuildId[]): Promise<readonly Answered<Build | null>[]> =>
      askMany(
        of.map((id) => ({ method: 'getBuild', params: [id] })),
        build.nullable(),
      ),
    /** By NVR; null where there is none. */
    getBuildsNamed: (nvrs: readonly string[]): Promise<readonly Answered<Build | null>[]> =>
      askMany(
        nvrs.map((nvr) => ({ method: 'getBuild', params: [nvr] })),
        build.nullable(),
      ),
    /** A task that failed before its build began (SRPM stage, policy) has none. */
    listBuildsOf: (task: TaskId) => ask({ method: 'listBuilds', keywords: { taskID: task } }, z.array(build)),
    listBuildsOfMany: (tasks: readonly TaskId[]) =>
      askMany(
        tasks.map((taskID) => ({ method: 'listBuilds', keywords: { taskID } })),
        z.array(build),
      ),
    /** Builds of a user that are being built: one call, however many. */
    listBuildsRunning: (user: number) =>
      ask({ method: 'listBuilds', keywords: { userID: user, state: 0, queryOpts: { limit: 5000 } } }, z.array(build)),
    /** What was put into a tag and taken out of it since an event, deleted builds too. */
    tagHistory: async (tag: string, afterEvent: number | null) => {
      const question: RpcStruct = { tables: ['tag_listing'], tag };
      const keywords = afterEvent === null ? question : { ...question, afterEvent };
      return (await ask({ method: 'queryHistory', keywords }, history)).tag_listing;
    },
    /** Changes of a tag's package list since an event: packages that were blocked among them. */
    packageHistory: async (tag: string, afterEvent: number) => {
      const keywords: RpcStruct = { tables: ['tag_packages'], tag, afterEvent };
      return (await ask({ method: 'queryHistory', keywords }, history)).tag_packages;
    },
    /** Images and other files of a build. */
    listArchives: (of: BuildId) => ask({ method: 'listArchives', params: [of] }, z.array(archive)),
    /** Files of builds by their ids; null for what the hub does not know. */
    getArchives: (ids: readonly number[]) =>
      askMany(
        ids.map((id) => ({ method: 'getArchive', params: [id] })),
        archive.nullable(),
      ),
    /** By `name-version-release.arch`, or its id; null where there is none. */
    getRpm: (of: string | number) => ask({ method: 'getRPM', params: [of] }, rpm.nullable()),
    listRpms: (of: BuildId) => ask({ method: 'listRPMs', params: [of] }, z.array(rpm)),
    /** What the build root consisted of: proof of what a build really used. */
    listBuildrootRpms: (buildrootId: number) =>
      ask({ method: 'listRPMs', keywords: { componentBuildrootID: buildrootId } }, z.array(rpm)),
    listImageRpms: (imageId: number) => ask({ method: 'listRPMs', keywords: { imageID: imageId } }, z.array(rpm)),
    listBuildroots: (task: TaskId) => ask({ method: 'listBuildroots', keywords: { taskID: task } }, z.array(buildroot)),
    getRpmDeps: (rpmId: number) => ask({ method: 'getRPMDeps', params: [rpmId] }, z.array(rpmDep)),
    getManyRpmDeps: (rpmIds: readonly number[]) =>
      askMany(
        rpmIds.map((id) => ({ method: 'getRPMDeps', params: [id] })),
        z.array(rpmDep),
      ),
    listRpmFiles: (rpmId: number) =>
      ask({ method: 'listRPMFiles', params: [rpmId] }, z.array(z.looseObject({ name: z.string() }))),
    getManyRpmFiles: (rpmIds: readonly number[]) =>
      askMany(
        rpmIds.map((id) => ({ method: 'listRPMFiles', params: [id] })),
        z.array(z.looseObject({ name: z.string() })),
      ),
    buildReferences: (of: BuildId) => ask({ method: 'buildReferences', params: [of] }, references),
  };
}
