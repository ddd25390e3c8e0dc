import type { KojiHub, Task, TaskId } from '@millrace/koji';
import type { HubFacts } from './hub-facts';
import { markerOf } from './marker';

const pageOfTasks = 500;
/** Later readings end soon: only what is new is read. */
const shortPage = 100;
/** What was submitted longer ago is not looked for: the hub forgets nothing, but nobody retries it either. */
const lookBackSeconds = 30 * 24 * 3600;
/** Tasks are numbered before they are committed: a lower number may appear after a higher one. */
const lateTasks = 50;

/** Finds tasks of ours by the key that they carry. The hub is the truth; only what is new there is read each time. */
export interface TaskIndex {
  find(key: string): Promise<TaskId | null>;
}

export function taskIndex(hub: KojiHub, facts: HubFacts): TaskIndex {
  const known = new Map<string, TaskId>();
  let newest = 0;
  let reading: Promise<void> | null = null;
  const read = async (): Promise<void> => {
    const { id: owner } = await facts.me();
    const until = newest - lateTasks;
    const limit = newest === 0 ? pageOfTasks : shortPage;
    for (let offset = 0; ; offset += limit) {
      const filter = { owner, parent: null, createdAfter: Date.now() / 1000 - lookBackSeconds };
      const page = await hub.listTasks(filter, { limit, offset, order: '-id' });
      for (const task of page) keep(known, task);
      newest = Math.max(newest, ...page.map((task) => task.id));
      if (page.length < limit || page.some((task) => task.id <= until)) return;
    }
  };
  return {
    find: async (key) => {
      const found = known.get(key);
      if (found !== undefined) return found;
      // A reading that runs already may have passed the place where the task has come meanwhile.
      await reading?.catch(() => undefined);
      reading ??= read().finally(() => (reading = null));
      await reading;
      return known.get(key) ?? null;
    },
  };
}

/** The first, should there ever be two. */
function keep(known: Map<string, TaskId>, task: Task): void {
  const key = markerOf(task)?.millrace_key;
  if (key === undefined) return;
  const before = known.get(key);
  if (before === undefined || before > task.id) known.set(key, task.id);
}
