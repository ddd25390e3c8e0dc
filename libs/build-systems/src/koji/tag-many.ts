import { AppError } from '@millrace/kernel';
import { build as buildRow, hasEnded, tag as tagRow, taskId, type BuildId, type TaskId } from '@millrace/koji';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { once } from './intents';
import type { KojiParts } from './settings';

export interface Wanted {
  readonly id: BuildId;
  readonly tag: string;
  readonly nvr: string;
}

/** Writes at one time: the session takes one after another, what is around them overlaps. */
const atOnce = 8;
/** What a caller waits for tagging tasks; afterwards it comes again, and finds those that run. */
const longestWaitMs = 90_000;
/** The tag has it, and no task is known. */
const noTask = taskId.parse(0);

/**
 * Puts builds into tags that do not have them: one task each, whatever answer is lost, and a handful of questions for all
 * of them together.
 *
 * @throws AppError `koji-not-tagged` (conflict) when a task of the hub failed, `koji-tagging-slow` (unavailable)
 */
export async function tagMany(parts: KojiParts, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return;
  const running = await tasksOf(parts, wanted);
  const tasks = new Map<BuildId, TaskId>();
  await abreast(wanted, async (one) => {
    let known = running.get(keyOf(one)) ?? null;
    let asked = false;
    const task = await once<TaskId>(parts, {
      name: `put ${one.id} into ${one.tag}`,
      mayEndUnseen: true,
      lookUp: async () => {
        // Before the first write all were asked for at once.
        const isFirst = !asked;
        asked = true;
        if (!isFirst) known = (await tasksOf(parts, [one])).get(keyOf(one)) ?? null;
        if (isFirst || known !== null) return known;
        return (await missingOf(parts, [one])).length === 0 ? noTask : null;
      },
      send: (write, before) => write.tagBuild(one.tag, one.id, { before }),
    });
    tasks.set(one.id, task);
  });
  await untilThere(parts, wanted, tasks);
}

/** Drafts become final, each once. */
export async function promoteMany(parts: KojiParts, ids: readonly BuildId[]): Promise<void> {
  await abreast(ids, async (id) => {
    let asked = false;
    await once(parts, {
      name: `promote ${id}`,
      lookUp: async () => {
        const isFinal = asked && (await parts.hub.getBuild(id))?.draft !== true;
        asked = true;
        return isFinal ? true : null;
      },
      send: async (write, before) => {
        const outcome = await write.promoteBuild(id, { before });
        return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: true };
      },
    });
  });
  const answers = await parts.hub.askMany(
    ids.map((id) => ({ method: 'getBuild', params: [id] })),
    buildRow.nullable(),
  );
  const draft = answers.find((answer) => answer.ok && answer.value?.draft === true);
  if (draft?.ok) throw notFinal(draft.value!.nvr);
}

/** Several at one time; nothing of it runs any more when the caller hears of the first that failed. */
export async function abreast<T>(things: readonly T[], act: (thing: T) => Promise<void>): Promise<void> {
  const left = [...things];
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !failed; next = left.shift()) {
      await act(next).catch((thrown: unknown) => {
        failed = true;
        throw thrown;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, things.length) }, lane));
  for (const one of lanes) if (one.status === 'rejected') throw one.reason;
}

async function untilThere(
  parts: KojiParts,
  wanted: readonly Wanted[],
  tasks: ReadonlyMap<BuildId, TaskId>,
): Promise<void> {
  const deadline = Date.now() + longestWaitMs;
  for (let left = wanted; ;) {
    left = await missingOf(parts, left);
    if (left.length === 0) return;
    const rows = await parts.hub.getTasks(
      left.flatMap((one) => tasks.get(one.id) ?? []).filter((id) => id !== noTask),
      false,
    );
    const ended = new Set(rows.flatMap((row) => (row && hasEnded(row.state) ? [row.id] : [])));
    const lost = left.filter((one) => ended.has(tasks.get(one.id) ?? noTask));
    const [first] = await missingOf(parts, lost);
    if (first) throw notTagged(first);
    if (Date.now() > deadline) throw slow(left);
    await pause(Math.min(parts.pollMs, 2000));
  }
}

/** Builds that their tags do not have. */
async function missingOf(parts: KojiParts, wanted: readonly Wanted[]): Promise<readonly Wanted[]> {
  const answers = await parts.hub.askMany(
    wanted.map((one) => ({ method: 'listTags', params: [one.id] })),
    z.array(tagRow),
  );
  return wanted.filter((one, n) => {
    const answer = answers[n]!;
    if (!answer.ok) throw answer.fault;
    return !answer.value.some((tag) => tag.name === one.tag);
  });
}

/** Tasks of ours that are about to tag these: their arguments are the ids of tag and build. */
async function tasksOf(parts: KojiParts, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, TaskId>> {
  const { id: owner } = await parts.facts.me();
  const running = await parts.hub.listTasks({ owner, method: 'tagBuild', states: ['FREE', 'OPEN', 'ASSIGNED'] });
  if (running.length === 0) return new Map();
  const names = [...new Set(wanted.map((one) => one.tag))];
  const tags = await Promise.all(names.map((name) => parts.hub.getTag(name)));
  const nameOf = new Map<unknown, string>(tags.flatMap((tag, n) => (tag ? [[tag.id, names[n]!] as const] : [])));
  return new Map(
    running.flatMap((task) => {
      const tag = nameOf.get(task.request?.[0]);
      return tag === undefined ? [] : [[`${tag}/${String(task.request?.[1])}`, task.id] as const];
    }),
  );
}

function keyOf({ tag, id }: Wanted): string {
  return `${tag}/${id}`;
}

function notTagged({ nvr, tag }: Wanted): AppError {
  return new AppError({
    code: 'koji-not-tagged',
    kind: 'conflict',
    message: `${nvr} did not get into tag ${tag}: the hub's task has failed`,
    remedy: "see the task's result in Koji",
  });
}

function notFinal(nvr: string): AppError {
  return new AppError({
    code: 'koji-not-final',
    kind: 'unavailable',
    message: `${nvr} is still a draft although it was promoted`,
    remedy: 'nothing to do: it is looked at again',
  });
}

function slow(left: readonly Wanted[]): AppError {
  return new AppError({
    code: 'koji-tagging-slow',
    kind: 'unavailable',
    message: `${left.length} builds are not in their tags yet, ${left[0]!.nvr} among them: the hub's tasks still wait`,
    remedy: 'nothing to do: it is looked at again',
  });
}
