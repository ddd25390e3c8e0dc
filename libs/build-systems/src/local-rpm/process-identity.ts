import { readFile } from 'node:fs/promises';

/** A process for ever: its number is given again after its end, its start time and boot are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat (proc(5)). */
  readonly startTicks: string;
  readonly boot: string;
}

/** null when there is no such process, or a dead one that nobody has waited for. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const stat = await readProcessStat(pid);
  if (!stat || stat.state === 'Z' || stat.state === 'X') return null;
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return { pid, startTicks: stat.startTicks, boot };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identityOf(identity.pid);
  return now !== null && now.startTicks === identity.startTicks && now.boot === identity.boot;
}

export interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly startTicks: string;
  readonly residentPages: number;
}

/** null when the process is gone. */
export async function readProcessStat(pid: number): Promise<ProcessStat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The command's name, in parentheses, may hold anything; fields are counted from behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    state: fields[0] ?? 'X',
    parent: Number(fields[1]),
    startTicks: fields[19] ?? '',
    residentPages: Number(fields[21]),
  };
}
