import { z } from 'zod';
import type { Answered, Asker } from '../asker';
import { channel, channelHost, numberOfTaskState, task, type Task, type TaskId, type TaskState } from '../schema';
import type { RpcStruct } from '../xml-rpc/value';

export interface TaskFilter {
  readonly owner?: number;
  readonly channel?: number;
  readonly method?: string;
  readonly states?: readonly TaskState[];
  /** null: only tasks that have no parent. */
  readonly parent?: TaskId | null;
  /** Seconds since 1970. */
  readonly createdAfter?: number;
}

export interface Page {
  readonly limit?: number;
  readonly offset?: number;
  /** Field, with `-` before it for falling order, e.g. `-id`. */
  readonly order?: string;
}

const taskResult = z.union([
  z.looseObject({ faultCode: z.number().int(), faultString: z.string() }),
  z.unknown().transform((value) => ({ value })),
]);
export type TaskResult = z.infer<typeof taskResult>;

/** Sizes come as text, since they may be over 31 bits; without files it is an empty list or struct. */
const taskFiles = z.union([
  z
    .array(z.never())
    .max(0)
    .transform((): Record<string, { st_size: string | number }> => ({})),
  z.record(z.string(), z.looseObject({ st_size: z.union([z.string().regex(/^\d+$/), z.number()]) })),
]);

export function taskMethods({ ask, askMany }: Asker) {
  return {
    /** null where the hub knows no such task; in the order asked. One call, however many. */
    getTasks: (ids: readonly TaskId[], request = false): Promise<readonly (Task | null)[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : ask({ method: 'getTaskInfo', params: [ids], keywords: { request } }, z.array(task.nullable())),
    getTask: (id: TaskId, request = true) =>
      ask({ method: 'getTaskInfo', params: [id], keywords: { request } }, task.nullable()),
    /** The builder's fault is a value here. Of a task that has not ended: KojiFault GenericError. */
    getTaskResult: (id: TaskId) =>
      ask({ method: 'getTaskResult', params: [id], keywords: { raise_fault: false } }, taskResult),
    /** Every task below `id` by the id of its parent, `id` included. */
    getTaskDescendents: (id: TaskId) =>
      ask({ method: 'getTaskDescendents', params: [id] }, z.record(z.string(), z.array(task))),
    /** Directly below it. */
    getTaskChildren: (id: TaskId) => ask({ method: 'getTaskChildren', params: [id] }, z.array(task)),
    getManyTaskDescendents: (ids: readonly TaskId[]): Promise<readonly Answered<Record<string, Task[]>>[]> =>
      askMany(
        ids.map((id) => ({ method: 'getTaskDescendents', params: [id] })),
        z.record(z.string(), z.array(task)),
      ),
    /** With their requests decoded, to be searched for a marker in the options. */
    listTasks: (filter: TaskFilter, page: Page = {}) =>
      ask({ method: 'listTasks', params: [optionsOf(filter), { ...page }] }, z.array(task)),
    /** The files that builders uploaded for the task, with their sizes in bytes. */
    listTaskOutput: async (id: TaskId): Promise<ReadonlyMap<string, number>> => {
      const files = await ask({ method: 'listTaskOutput', params: [id], keywords: { stat: true } }, taskFiles);
      return new Map(Object.entries(files).map(([name, { st_size: size }]) => [name, Number(size)]));
    },
    /** A piece of a task's file; `size` at most 1 MiB. Hubs fail on a negative offset beyond the file's beginning. */
    downloadTaskOutput: async (id: TaskId, file: string, offset = 0, size = 65_536): Promise<Uint8Array> => {
      const call = { method: 'downloadTaskOutput', params: [id, file], keywords: { offset, size } };
      const packed = await ask(call, z.union([z.string(), z.instanceof(Uint8Array)]));
      return typeof packed === 'string' ? new Uint8Array(Buffer.from(packed, 'base64')) : packed;
    },
    getAverageBuildDuration: (packageName: string) =>
      ask({ method: 'getAverageBuildDuration', params: [packageName] }, z.number().nullable()),
    /** Seconds that builds of each package took on average; null where the hub knows none. */
    getAverageBuildDurations: (packageNames: readonly string[]): Promise<readonly Answered<number | null>[]> =>
      askMany(
        packageNames.map((name) => ({ method: 'getAverageBuildDuration', params: [name] })),
        z.number().nullable(),
      ),
    /** Builders with their capacity and load: of a channel, or all. */
    listHosts: (ofChannel: number | null = null) =>
      ask({ method: 'listHosts', keywords: { channelID: ofChannel } }, z.array(channelHost.partial({ ready: true }))),
    /** null where the hub has none of that name. */
    getChannel: (name: string) => ask({ method: 'getChannel', params: [name] }, channel.nullable()),
    countTasks: (filter: TaskFilter) =>
      ask({ method: 'listTasks', params: [optionsOf(filter), { countOnly: true }] }, z.number().int()),
  };
}

function optionsOf({ owner, channel: ofChannel, method, states, parent, createdAfter }: TaskFilter): RpcStruct {
  return {
    decode: true,
    ...(owner === undefined ? {} : { owner }),
    ...(ofChannel === undefined ? {} : { channel_id: ofChannel }),
    ...(method === undefined ? {} : { method }),
    ...(states === undefined ? {} : { state: states.map(numberOfTaskState) }),
    ...(parent === undefined ? {} : { parent }),
    ...(createdAfter === undefined ? {} : { createdAfter }),
  };
}
