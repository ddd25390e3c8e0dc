import { lstat, opendir, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildLimits } from './build-folder';
import { readProcessStat, type ProcessStat } from './process-identity';
import type { FailureClass } from './build-stop';

export interface Breach {
  readonly failureClass: FailureClass;
  readonly summary: string;
}

export interface Watch {
  readonly limits: BuildLimits;
  /** Milliseconds since 1970 at which the build's time is over. */
  readonly deadline: number;
  /** The build's work folder, whose size is bounded. */
  readonly work: string;
}

const pageBytes = 4096;
/** Below this much free space nobody builds: the machine's other work needs it. */
const reserveBytes = 256 * 1024 * 1024;
const intervalMs = 200;

/**
 * Calls `onBreach` once when the process and its descendants use more than the limits together. Control groups would do
 * this in the kernel, but an ordinary user seldom has one to give; rlimits inside the sandbox bound each process besides.
 * Returns a function that ends the watch.
 */
export function watchResources(pid: number, watch: Watch, onBreach: (breach: Breach) => void): () => void {
  let busy = false;
  let ended = false;
  const look = async (): Promise<void> => {
    if (busy || ended) return;
    busy = true;
    const breach = await breachOf(pid, watch).catch(() => null);
    busy = false;
    if (breach && !ended) {
      ended = true;
      onBreach(breach);
    }
  };
  const timer = setInterval(() => void look(), intervalMs);
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

async function breachOf(pid: number, { limits, deadline, work }: Watch): Promise<Breach | null> {
  if (Date.now() > deadline) {
    return { failureClass: 'timeout', summary: `not done after ${limits.seconds} s, the limit of a build` };
  }
  const processes = await descendants(pid);
  if (processes.length > limits.processes) {
    return limit(`${processes.length} processes at one time; the limit is ${limits.processes}`);
  }
  const resident = processes.reduce((sum, p) => sum + p.residentPages * pageBytes, 0);
  if (resident > limits.memoryBytes) {
    return limit(`${mebibytes(resident)} of memory in use; the limit is ${mebibytes(limits.memoryBytes)}`);
  }
  const used = await diskUse(work, limits.diskBytes);
  if (used > limits.diskBytes) {
    return limit(`the work folder grew over ${mebibytes(limits.diskBytes)}, the limit of a build`);
  }
  const { bavail, bsize } = await statfs(work);
  if (bavail * bsize > reserveBytes) return null;
  const summary = `no space left where ${work} is: under ${mebibytes(reserveBytes)} are free`;
  return { failureClass: 'infrastructure', summary };
}

/** The process and all below it. Inside a process namespace orphans stay below it, so none escapes. */
export async function descendants(root: number): Promise<readonly ProcessStat[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(readProcessStat))).filter((stat) => stat !== null);
  const found = all.filter((stat) => stat.pid === root);
  for (let n = 0; n < found.length; n++) {
    const parent = found[n]!.pid;
    found.push(...all.filter((stat) => stat.parent === parent && stat.pid !== root));
  }
  return found;
}

/** Bytes on disk below a folder, some for each name; stops counting above `enough`. Symbolic links are not followed. */
async function diskUse(folder: string, enough: number): Promise<number> {
  let used = 0;
  const open = [folder];
  while (open.length > 0 && used <= enough) {
    const path = open.pop()!;
    const entries = await opendir(path).catch(() => null);
    if (!entries) continue;
    for await (const entry of entries) {
      const below = join(path, entry.name);
      if (entry.isDirectory()) open.push(below);
      const stat = await lstat(below).catch(() => null);
      used += stat ? stat.blocks * 512 + 256 : 0;
      if (used > enough) break;
    }
  }
  return used;
}

function limit(summary: string): Breach {
  return { failureClass: 'limits', summary };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
