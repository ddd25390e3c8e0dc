import { hasEnded, type Task, type TaskId } from '@millrace/koji';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeJson } from '../local-rpm/json-file';
import { markerOf } from './marker';
import { refOfTask } from './ref';
import type { KojiParts } from './settings';
import { cancelTask } from './submission';

const checkEveryMs = 60_000;
const checked = new WeakMap<KojiParts, Map<TaskId, number>>();

/**
 * The architecture that no builder is up for, when a build of ours has waited long enough for one: Koji would let it
 * wait for ever. It is cancelled, and counts as failed, class `no-builder`. null: nothing of the kind.
 */
export async function starvedFor(parts: KojiParts, task: Task): Promise<string | null> {
  if (markerOf(task) === null || task.state === 'CLOSED' || task.state === 'FAILED') return null;
  if (task.state === 'CANCELED') return (await readJson<{ arch: string }>(fileOf(parts, task.id)))?.arch ?? null;
  const began = task.start_ts ?? task.create_ts ?? null;
  if (began === null || Date.now() - began * 1000 < parts.noBuilderMs || !isDue(parts, task.id)) return null;
  const arch = await waitingArch(parts, task.id);
  if (arch === null) return null;
  await mkdir(join(parts.options.dir, 'starved'), { recursive: true });
  await writeJson(fileOf(parts, task.id), { arch });
  await cancelTask(parts, task.id, refOfTask(task.id));
  return arch;
}

/** An architecture with a task that nobody has taken, and without a builder that is enabled and ready. */
async function waitingArch({ hub, noBuilderMs }: KojiParts, id: TaskId): Promise<string | null> {
  const below = Object.values(await hub.getTaskDescendents(id)).flat();
  const waiting = below.filter(
    (one) => one.method === 'buildArch' && !hasEnded(one.state) && one.state === 'FREE' && isOld(one, noBuilderMs),
  );
  if (waiting.length === 0) return null;
  const up = (await hub.listHosts()).filter((host) => host.enabled && host.ready !== false);
  const arches = new Set(up.flatMap((host) => (host.arches ?? '').split(/\s+/)));
  return waiting.map((one) => one.arch ?? 'noarch').find((arch) => arch !== 'noarch' && !arches.has(arch)) ?? null;
}

function isOld({ create_ts: created }: Task, ms: number): boolean {
  return typeof created !== 'number' || Date.now() - created * 1000 >= ms;
}

function isDue(parts: KojiParts, id: TaskId): boolean {
  const times = checked.get(parts) ?? new Map<TaskId, number>();
  checked.set(parts, times);
  const pause = Math.min(checkEveryMs, parts.noBuilderMs);
  if (Date.now() - (times.get(id) ?? 0) < pause) return false;
  if (times.size > 20_000) times.clear();
  times.set(id, Date.now());
  return true;
}

function fileOf({ options }: KojiParts, id: TaskId): string {
  return join(options.dir, 'starved', `${id}.json`);
}
