import type { Evidence } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { type Task, type TaskId } from '@millrace/koji';
import type { BuildRef } from '../build-system';
import { readLog } from '../local-rpm/failure';
import { staleInside } from './containers';
import { buildOfTask } from './build-of';
import { taskOfRef } from './ref';
import type { KojiParts } from './settings';
import { starvedFor } from './starvation';

const tailBytes = 256 * 1024;
/** What a builder, a repository or the network did; the maintainer can do nothing about it. */
const infrastructure =
  /builder lost|Refusing to run task|ended by a test|No such host|ConnectionError|timed? ?out|ServerOffline|Connection refused|Input\/output error|unexpected keyword|host .* (is )?offline/i;
const noBuilder = /no (active |available |ready )?(hosts?|builders?) (are |is )?(available |up )?for arch/i;

/** The task that failed deepest says why; its log is read from the hub. */
export async function evidenceOf(parts: KojiParts, ref: BuildRef): Promise<Evidence> {
  const id = taskOfRef(ref);
  const task = await parts.hub.getTask(id);
  if (task?.state === 'CLOSED') return closedButFailed(parts, task, ref);
  if (task?.state === 'CANCELED') return cancelled(parts, task);
  if (task?.state !== 'FAILED') throw withoutEvidence(ref, task);
  const below = Object.values(await parts.hub.getTaskDescendents(id)).flat();
  const failed = below.filter((t) => t.state === 'FAILED').at(-1) ?? task;
  const why = await faultOf(parts, failed);
  const stage = stageOf(failed, why);
  const { sizes, logs } = await logsOf(parts, failed);
  const names = [...sizes.keys()];
  const name = names.find((one) => one === (stage === 'root' ? 'root.log' : 'build.log')) ?? names[0];
  const text =
    name === undefined ? why : Buffer.from(await tailOf(parts, failed.id, name, sizes.get(name)!)).toString('utf8');
  return { ...verdictOf({ text, stage, why, below }), logs };
}

interface Failed {
  readonly text: string;
  readonly stage: string;
  readonly why: string;
  readonly below: readonly Task[];
}

function verdictOf({ text, stage, why, below }: Failed): Omit<Evidence, 'logs'> {
  if (noBuilder.test(why)) return readLog(why, stage, { class: 'no-builder', summary: why });
  if (infrastructure.test(why)) return readLog(text, stage, { class: 'infrastructure', summary: why });
  const reading = readLog(text, stage, null);
  const arches = archesOf(below.filter((task) => task.state === 'FAILED'));
  if (arches.length === 0) return reading;
  // Others were built or still ran: when one fails Koji cancels the rest.
  const others = archesOf(below.filter((task) => task.state !== 'FAILED' && typeof task.start_ts === 'number'));
  if (arches.length > 1 || others.length === 0) return { ...reading, arches };
  const [arch] = arches;
  const summary = `on ${arch} only: ${reading.summary}`.slice(0, 1000);
  return { ...readLog(text, stage, { class: 'one-architecture', summary }), arches };
}

function archesOf(tasks: readonly Task[]): string[] {
  return [...new Set(tasks.filter((t) => t.method === 'buildArch').map((t) => t.arch ?? 'noarch'))].sort();
}

async function cancelled(parts: KojiParts, task: Task): Promise<Evidence> {
  const { logs } = await logsOf(parts, task);
  const arch = await starvedFor(parts, task);
  if (arch === null) return { ...readLog('', 'build', { class: 'cancelled', summary: 'cancelled in Koji' }), logs };
  const summary = `no builder of architecture ${arch} is up; it waited for one and was cancelled`;
  return { ...readLog(summary, 'build', { class: 'no-builder', summary }), logs, arches: [arch] };
}

/** The hub is content, and we are not: an old package in an image, or no build at all. */
async function closedButFailed(parts: KojiParts, task: Task, ref: BuildRef): Promise<Evidence> {
  const build = await buildOfTask(parts, task.id);
  const stale = build ? await staleInside(parts, { task, build }, build) : [];
  if (build?.state === 'COMPLETE' && stale.length === 0) throw withoutEvidence(ref, task);
  const { logs } = await logsOf(parts, task);
  if (stale.length === 0) {
    const summary = build ? `the build is ${build.state}` : 'the task left no build';
    return { ...readLog(summary, 'build', { class: 'infrastructure', summary }), logs };
  }
  const lines = stale.map((one) => `${one.nevra} is inside, and the cascade has ${one.wanted}`);
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
  const tail = lines.join('\n');
  return { ...readLog(tail, 'image', { class: 'dependencies', summary: `${lines[0]}${more}` }), logs };
}

async function logsOf(parts: KojiParts, task: Task) {
  const files = [...(await parts.hub.listTaskOutput(task.id))].filter(([name]) => name.endsWith('.log'));
  return { sizes: new Map(files), logs: files.map(([name]) => ({ name, address: addressOf(parts, task.id, name) })) };
}

async function faultOf({ hub }: KojiParts, task: Task): Promise<string> {
  const result = await hub.getTaskResult(task.id);
  return 'faultString' in result ? String(result.faultString) : `task ${task.id} failed without a reason`;
}

function stageOf(failed: Task, why: string): string {
  if (failed.method.startsWith('buildSRPM') || failed.method === 'rebuildSRPM') return 'srpm';
  if (failed.method === 'buildContainer' || failed.method === 'createContainer') return 'image';
  if (failed.method !== 'buildArch') return 'source';
  return /root\.log|buildroot/.test(why) ? 'root' : 'build';
}

function tailOf({ hub }: KojiParts, id: TaskId, log: string, size: number): Promise<Uint8Array> {
  return hub.downloadTaskOutput(id, log, Math.max(0, size - tailBytes), tailBytes);
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
