import { AppError } from '@millrace/kernel';
import { hasEnded, taskId, type BuildId, type TaskId } from '@millrace/koji';
import { setTimeout as pause } from 'node:timers/promises';
import { once, settled } from './intents';
import type { KojiParts } from './settings';

const busyStates = ['FREE', 'OPEN', 'ASSIGNED'] as const;
/** What a caller waits for a tagging task; afterwards it comes again, and finds the task that runs. */
const longestWaitMs = 90_000;

/**
 * Puts a build into a tag, by a move where it is to leave another. One task, whatever answer is lost. Gives the event
 * from which on the tag has it.
 *
 * @throws AppError `koji-not-tagged` (conflict) when the hub's task failed, `koji-tagging-slow` (unavailable)
 */
export async function putInto(parts: KojiParts, id: BuildId, to: string, from: string | null = null): Promise<number> {
  const before = await taggedAt(parts, id, to);
  if (before !== null) {
    await settled(parts, nameOf(id, to));
    return before;
  }
  const moves = from !== null && from !== to && (await isIn(parts, id, from));
  const task = await once<TaskId>(parts, {
    name: nameOf(id, to),
    mayEndUnseen: true,
    lookUp: async () => (await taggingTask(parts, id, to)) ?? ((await isIn(parts, id, to)) ? noTask : null),
    send: (write, intent) =>
      moves ? write.moveBuild(from, to, id, { before: intent }) : write.tagBuild(to, id, { before: intent }),
  });
  return untilThere(parts, id, to, task === noTask ? null : task);
}

function nameOf(id: BuildId, to: string): string {
  return `put ${id} into ${to}`;
}

/** The tag has the build already, and no task is known: nothing to wait for. */
const noTask = taskId.parse(0);

async function untilThere(parts: KojiParts, id: BuildId, to: string, task: TaskId | null): Promise<number> {
  const deadline = Date.now() + longestWaitMs;
  for (;;) {
    const at = await taggedAt(parts, id, to);
    if (at !== null) return at;
    const row = task === null ? null : await parts.hub.getTask(task, false);
    if (row && hasEnded(row.state) && (await taggedAt(parts, id, to)) === null) throw notTagged(id, to, row.state);
    if (Date.now() > deadline) throw slow(id, to);
    await pause(Math.min(parts.pollMs, 2000));
  }
}

/** The event that put it there; null when it is not there. */
async function taggedAt(parts: KojiParts, id: BuildId, tag: string): Promise<number | null> {
  const build = await parts.hub.getBuild(id);
  if (!build) return null;
  const rows = await parts.hub.listTagged(tag, { package: build.name });
  return rows.find((row) => row.build_id === id)?.create_event ?? null;
}

export async function isIn(parts: KojiParts, id: BuildId, tag: string): Promise<boolean> {
  return (await parts.hub.listTagsOf(id)).some((t) => t.name === tag);
}

/** A task of ours that is about to do it: its arguments are the ids of tag and build. */
async function taggingTask(parts: KojiParts, id: BuildId, to: string): Promise<TaskId | null> {
  const [me, tag] = await Promise.all([parts.facts.me(), parts.hub.getTag(to)]);
  const running = await parts.hub.listTasks({ owner: me.id, method: 'tagBuild', states: busyStates });
  return running.find((task) => task.request?.[0] === tag?.id && task.request?.[1] === id)?.id ?? null;
}

function notTagged(id: BuildId, tag: string, state: string): AppError {
  return new AppError({
    code: 'koji-not-tagged',
    kind: 'conflict',
    message: `build ${id} did not get into tag ${tag}: the task is ${state}`,
    remedy: "see the task's result in Koji",
  });
}

function slow(id: BuildId, tag: string): AppError {
  return new AppError({
    code: 'koji-tagging-slow',
    kind: 'unavailable',
    message: `build ${id} is not in tag ${tag} yet: the hub's task still waits`,
    remedy: 'nothing to do: it is looked at again',
  });
}
