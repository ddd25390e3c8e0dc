import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '@millrace/kernel';

/**
 * Makes sure that no other process works on a SQLite file: a file beside it names the holder's pid and start time. A
 * dead holder's is taken over. Answers how to give it back.
 */
export function holdAlone(file: string, what: string): () => void {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${process.pid} ${startOf(process.pid)}`;
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return () => give(file, mine);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
    const theirs = holderOf(file);
    const [pid = '0', started = ''] = theirs.split(' ');
    if (started !== '' && startOf(Number(pid)) === started) throw taken(what, pid, file);
    give(file, theirs);
  }
  throw taken(what, 'another', file);
}

/** Empty when nobody holds it (any more). */
function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw thrown;
  }
}

/** Removes the file of this holder, and of no other who came meanwhile. */
function give(file: string, holder: string): void {
  if (holderOf(file) === holder) rmSync(file, { force: true });
}

function taken(what: string, pid: string, file: string): AppError {
  return new AppError({
    code: 'already-running',
    kind: 'conflict',
    message: `${what} already runs on this data folder, as process ${pid}`,
    remedy: `end that one first, or give this one another data folder; if it is certainly dead, remove ${file}`,
  });
}

/** A process's start time in clock ticks (field 22 of /proc/PID/stat); empty when it is dead. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return alive(pid) ? 'alive' : '';
  }
}

/** Without /proc (macOS) a living pid is taken for the holder. */
function alive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
