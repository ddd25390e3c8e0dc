import { AppError } from '@millrace/kernel';
import { hasEnded, taskId, type Task } from '@millrace/koji';
import { z } from 'zod';
import type { BuildStatus } from '../build-system';
import { statusesOf } from './look';
import { markerOf } from './marker';
import type { KojiParts } from './settings';
import { releaseOf } from './submission';

/** How far a reader has got: the last event of the tags, the youngest task, and ours that had not ended. */
const position = z.object({ event: z.number().int(), task: z.number().int(), open: z.array(taskId) });
type Position = z.infer<typeof position>;

/** Polling is the truth: tasks that carry our marker, and the history of the release's tags for what people built. */
export async function seen(parts: KojiParts, release: string, cursor: string | null) {
  const at = readCursor(cursor);
  const { id: event } = await parts.hub.getLastEvent();
  const fresh = (await tasksAfter(parts, at.task)).filter((t) => markerOf(t)?.millrace_release === release);
  const followed = (await parts.hub.getTasks(at.open, true)).filter((t): t is Task => t !== null);
  const ended = followed.filter((t) => hasEnded(t.state));
  const byHand = await builtByHand(parts, release, at.event);
  const told = [...ended, ...fresh, ...byHand].sort(
    (a, b) => (a.completion_ts ?? a.create_ts ?? 0) - (b.completion_ts ?? b.create_ts ?? 0),
  );
  const next: Position = {
    event: event,
    task: Math.max(at.task, ...fresh.map((t) => t.id)),
    open: [...followed, ...fresh].filter((t) => !hasEnded(t.state)).map((t) => t.id),
  };
  const builds: readonly BuildStatus[] = await statusesOf(parts, told);
  return { builds: builds.map((b) => ({ ...b, release })), cursor: JSON.stringify(next) };
}

async function tasksAfter({ hub }: KojiParts, last: number): Promise<readonly Task[]> {
  const found: Task[] = [];
  for (let offset = 0; ; offset += 500) {
    const page = await hub.listTasks({ method: 'build' }, { limit: 500, offset, order: '-id' });
    found.push(...page.filter((t) => t.id > last));
    if (page.length < 500 || page.some((t) => t.id <= last)) return found;
  }
}

/** Foreign builds that came into the release's tags; scratch builds never do. */
async function builtByHand(parts: KojiParts, release: string, event: number): Promise<readonly Task[]> {
  const { target, baseTag } = releaseOf(parts, release);
  const dest = (await parts.hub.getBuildTarget(target))?.dest_tag_name;
  const tags = [...new Set([baseTag, ...(dest === undefined ? [] : [dest])])];
  const history = (await Promise.all(tags.map((tag) => parts.hub.tagHistory(tag, event)))).flat();
  const ids = [...new Set(history.filter((row) => row.create_event > event).map((row) => row.build_id))];
  const builds = await parts.hub.getBuilds(ids);
  const tasks = builds.flatMap((answer) => (answer.ok && answer.value?.task_id ? [answer.value.task_id] : []));
  const known = (await parts.hub.getTasks(tasks, true)).filter((t): t is Task => t !== null);
  return known.filter((task) => markerOf(task) === null);
}

function readCursor(cursor: string | null): Position {
  if (cursor === null) return { event: 0, task: 0, open: [] };
  try {
    return position.parse(JSON.parse(cursor));
  } catch (cause) {
    const remedy = 'begin again without one';
    throw new AppError({
      code: 'cursor-damaged',
      kind: 'invalid',
      message: 'this is no cursor of a Koji reader',
      remedy,
      cause,
    });
  }
}
