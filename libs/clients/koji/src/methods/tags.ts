import { z } from 'zod';
import type { Asker } from '../asker';
import {
  event,
  packageEntry,
  repo,
  repoAnswer,
  rpm,
  sideTag,
  tag,
  tagAccess,
  tagConfig,
  taggedBuild,
  target,
  type BuildId,
} from '../schema';
import type { RpcStruct } from '../xml-rpc/value';

export interface TaggedQuery {
  readonly event?: number;
  readonly inherit?: boolean;
  readonly latest?: boolean;
  readonly package?: string;
  readonly type?: string;
  /** false: no drafts; true: drafts only; left out: both. */
  readonly draft?: boolean;
}

export function tagMethods({ ask }: Asker) {
  return {
    getTag: (name: string) => ask({ method: 'getTag', params: [name] }, tag.nullable()),
    getBuildTarget: (name: string) => ask({ method: 'getBuildTarget', params: [name] }, target.nullable()),
    listTagged: (name: string, query: TaggedQuery = {}) =>
      ask({ method: 'listTagged', params: [name], keywords: query as RpcStruct }, z.array(taggedBuild)),
    /** The newest build of each package, inherited ones too. */
    getLatestBuilds: (name: string, packageName: string | null = null) =>
      ask({ method: 'getLatestBuilds', params: [name], keywords: { package: packageName } }, z.array(taggedBuild)),
    /** Packages of the builds in a tag, with their builds. */
    listTaggedRpms: async (name: string, query: Omit<TaggedQuery, 'draft'> = {}) => {
      const call = { method: 'listTaggedRPMS', params: [name], keywords: query as RpcStruct };
      const [rpms, builds] = await ask(call, z.tuple([z.array(rpm), z.array(taggedBuild)]));
      return { rpms, builds };
    },
    listTagsOf: (build: BuildId) => ask({ method: 'listTags', params: [build] }, z.array(tag)),
    /** The package's entry in a tag's list, inherited ones too; null when it is not listed. */
    getPackageEntry: (tagName: string, packageName: string) =>
      ask({ method: 'getPackageConfig', params: [tagName, packageName] }, packageEntry.nullable()),
    /** With the architectures that it inherits. */
    getBuildConfig: (name: string) => ask({ method: 'getBuildConfig', params: [name] }, tag),
    /** Whether a user may tag there, and why not: locked, or a permission of the tag. Policies are not asked. */
    checkTagAccess: (name: string, user: number) => ask({ method: 'checkTagAccess', params: [name, user] }, tagAccess),
    getInheritance: (name: string) =>
      ask(
        { method: 'getFullInheritance', params: [name] },
        z.array(z.looseObject({ parent_id: z.number().int(), name: z.string() })),
      ),
    listSideTags: (baseTag: string | null, user: string | null = null) =>
      ask({ method: 'listSideTags', keywords: { basetag: baseTag, user } }, z.array(sideTag)),
    /** Its settings since it was made, the oldest first; of a deleted tag too, which keeps its name in the history. */
    tagConfigHistory: async (name: string) => {
      const call = { method: 'queryHistory', keywords: { tables: ['tag_config'], tag: name } };
      const rows = (await ask(call, z.looseObject({ tag_config: z.array(tagConfig).default([]) }))).tag_config;
      return [...rows].sort((a, b) => a.create_event - b.create_event);
    },
    /** The last event that changed what a repository of the tag holds. */
    tagLastChangeEvent: (name: string) =>
      ask({ method: 'tagLastChangeEvent', params: [name] }, z.number().int().nullable()),
    getLastEvent: () => ask({ method: 'getLastEvent' }, event),
    /** The last event before a time, in seconds since 1970; KojiFault GenericError where the hub is younger. */
    getEventBefore: (seconds: number) => ask({ method: 'getLastEvent', keywords: { before: seconds } }, event),
    getRepo: (name: string) => ask({ method: 'getRepo', params: [name] }, repo.nullable()),
    /** From hub 1.35: a repository of the tag that has an event already; null: none yet. Asks for nothing. */
    getRepoCovering: (name: string, minEvent: number) =>
      ask({ method: 'repo.get', params: [name], keywords: { min_event: minEvent } }, repo.nullable()),
    repoInfo: (id: number) => ask({ method: 'repoInfo', params: [id] }, repo.nullable()),
    checkRepoRequest: (id: number) => ask({ method: 'repo.checkRequest', params: [id] }, repoAnswer),
    getKojiVersion: () => ask({ method: 'getKojiVersion' }, z.string()),
    /** Names of the methods that this hub has, plug-ins' too. */
    listMethods: () => ask({ method: 'system.listMethods' }, z.array(z.string())),
  };
}
