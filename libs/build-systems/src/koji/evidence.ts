import { AppError } from '@millrace/kernel';
import type { Evidence } from '@millrace/contracts';
import type { Task, TaskId } from '@millrace/koji';
import type { BuildRef } from '../build-system';
import { readLog } from '../local-rpm/failure';
import { taskOfRef } from './ref';
import type { KojiParts } from './settings';

const tailBytes = 256 * 1024;
/** What a builder, a repository or the network did; the maintainer can do nothing about it. */
const infrastructure =
  /builder lost|Refusing to run task|ended by a test|No such host|ConnectionError|timed? ?out|ServerOffline|Connection refused|Input\/output error/i;

/** The task that failed deepest says why; its log is read from the hub. */
export async function evidenceOf(parts: KojiParts, ref: BuildRef): Promise<Evidence> {
  const id = taskOfRef(ref);
  const task = await parts.hub.getTask(id);
  if (task?.state !== 'FAILED' && task?.state !== 'CANCELED') throw withoutEvidence(ref, task);
  const below = Object.values(await parts.hub.getTaskDescendents(id)).flat();
  const failed = below.filter((t) => t.state === 'FAILED').at(-1) ?? task;
  const logs = (await parts.hub.listTaskOutput(failed.id)).filter((name) => name.endsWith('.log'));
  const addresses = logs.map((name) => ({ name, address: addressOf(parts, failed.id, name) }));
  if (task.state === 'CANCELED')
    return { ...readLog('', 'build', { class: 'cancelled', summary: 'cancelled in Koji' }), logs: addresses };
  const why = await faultOf(parts, failed);
  const stage = stageOf(failed, why);
  const log = logs.find((name) => name === (stage === 'root' ? 'root.log' : 'build.log')) ?? logs[0];
  const text = log === undefined ? why : Buffer.from(await tailOf(parts, failed.id, log)).toString('utf8');
  const hint = infrastructure.test(why) ? { class: 'infrastructure' as const, summary: why } : null;
  return { ...readLog(text, stage, hint), logs: addresses };
}

async function faultOf({ hub }: KojiParts, task: Task): Promise<string> {
  const result = await hub.getTaskResult(task.id);
  return 'faultString' in result ? String(result.faultString) : `task ${task.id} failed without a reason`;
}

function stageOf(task: Task, why: string): string {
  if (task.method.startsWith('buildSRPM') || task.method === 'rebuildSRPM') return 'srpm';
  if (task.method !== 'buildArch') return 'source';
  return /root\.log|buildroot/.test(why) ? 'root' : 'build';
}

function tailOf({ hub }: KojiParts, id: TaskId, log: string): Promise<Uint8Array> {
  return hub.downloadTaskOutput(id, log, -tailBytes, tailBytes);
}

/** Koji's layout of a task's files: the last four digits of its id, then the id. */
function addressOf({ options }: KojiParts, id: TaskId, name: string): string {
  return `${options.topUrl}/work/tasks/${id % 10_000}/${id}/${name}`;
}

function withoutEvidence(ref: BuildRef, task: Task | null): AppError {
  return new AppError({
    code: 'build-without-evidence',
    kind: task ? 'conflict' : 'missing',
    message: `build ${ref} is ${task?.state ?? 'unknown'} and has no evidence`,
    remedy: 'only builds that failed or were cancelled have some',
  });
}
