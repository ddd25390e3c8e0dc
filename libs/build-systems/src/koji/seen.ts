import { hasEnded, isFault, taskId, type Task } from '@millrace/koji';
import { z } from 'zod';
import type { BuildStatus } from '../build-system';
import { lookNow } from './look';
import { markerOf } from './marker';
import { refOfBuild, refOfTask } from './ref';
import type { KojiParts } from './settings';
import { cursorDamaged, lateEvents, tagNews } from './tag-news';

const pageOfTasks = 500;
/** Later readings end soon: only what is new is read. */
const shortPage = 100;
const lookBackSeconds = 30 * 24 * 3600;
/** Who has never read begins here: what people did before is what the release was made from, not news. */
const firstLookSeconds = 24 * 3600;

/** How far a reader has got: the last event of the tags, the youngest task, ours that had not ended, the last news. */
const position = z.object({
  event: z.number().int(),
  task: z.number().int(),
  open: z.array(taskId),
  /** What was read within the last events, which may come late and out of order. */
  read: z.array(z.string()).default([]),
});
type Position = z.infer<typeof position>;

/** Polling is the truth: tasks that carry our marker, and the history of the release's tags for what people did. */
export async function seen(parts: KojiParts, release: string, cursor: string | null) {
  const at = readCursor(cursor);
  const { id: event } = await parts.hub.getLastEvent();
  const own = await tasksAfter(parts, at.task);
  const fresh = own.filter((task) => markerOf(task)?.millrace_release === release);
  const followed = (await parts.hub.getTasks(at.open, true)).filter((t): t is Task => t !== null);
  const ended = followed.filter((task) => hasEnded(task.state));
  const since = at.event > 0 ? at.event : await eventOfYesterday(parts);
  const news = await tagNews(parts, release, since, new Set(at.read));
  const refs = [...[...ended, ...fresh].map((task) => refOfTask(task.id)), ...news.fresh.map(refOfBuild)];
  const builds = await lookNow(parts, [...new Set(refs)]);
  const next: Position = {
    event: Math.max(at.event, event),
    task: Math.max(at.task, ...own.map((task) => task.id)),
    open: [...followed, ...fresh].filter((task) => !hasEnded(task.state)).map((task) => task.id),
    read: [...new Set([...at.read, ...news.read])].filter((key) => Number(key.split('@').pop()) > event - lateEvents),
  };
  const told = builds.map((build): BuildStatus => ({ ...build, release })).sort(byTime);
  const { withdrawn, moved, gone } = news;
  return { builds: told, cursor: JSON.stringify(next), withdrawn, moved, gone };
}

async function eventOfYesterday({ hub }: KojiParts): Promise<number> {
  try {
    return (await hub.getEventBefore(Date.now() / 1000 - firstLookSeconds)).id;
  } catch (thrown) {
    // The hub is younger than that.
    if (isFault(thrown, 'GenericError')) return 0;
    throw thrown;
  }
}

async function tasksAfter({ hub, facts }: KojiParts, last: number): Promise<readonly Task[]> {
  const { id: owner } = await facts.me();
  const createdAfter = Date.now() / 1000 - lookBackSeconds;
  const found: Task[] = [];
  const limit = last === 0 ? pageOfTasks : shortPage;
  for (let offset = 0; ; offset += limit) {
    const page = await hub.listTasks({ owner, parent: null, createdAfter }, { limit, offset, order: '-id' });
    found.push(...page.filter((task) => task.id > last));
    if (page.length < limit || page.some((task) => task.id <= last)) return found;
  }
}

function byTime(a: BuildStatus, b: BuildStatus): number {
  const [one, other] = [a.endedAt ?? a.startedAt ?? '', b.endedAt ?? b.startedAt ?? ''];
  return one < other ? -1 : one > other ? 1 : 0;
}

function readCursor(cursor: string | null): Position {
  if (cursor === null) return { event: 0, task: 0, open: [], read: [] };
  try {
    return position.parse(JSON.parse(cursor));
  } catch (cause) {
    throw cursorDamaged(cause);
  }
}
