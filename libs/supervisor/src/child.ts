import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Pauses before a child that died is started again: they double from the least to the most, in milliseconds. */
const backOff = { least: 200, most: 5000, forgivenAfter: 20_000 } as const;
const killAfterMs = 10_000;
const maxLogBytes = 32 * 1024 * 1024;

export interface ChildSpec {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Everything that it prints is appended here; a file that grew too large is put aside first. */
  readonly logFile: string;
  /** The signal that asks it to end. */
  readonly endSignal?: 'SIGTERM' | 'SIGINT';
  /** Milliseconds before it is started again whenever it died; left out: a pause that doubles while it keeps dying. */
  readonly pauseMs?: number;
}

export type ChildEvent =
  | { readonly kind: 'started'; readonly name: string; readonly pid: number; readonly starts: number }
  | { readonly kind: 'died'; readonly name: string; readonly how: string; readonly againInMs: number }
  | { readonly kind: 'ended'; readonly name: string }
  | { readonly kind: 'line'; readonly name: string; readonly line: string };

export interface Child {
  readonly name: string;
  /** null while it is dead. */
  pid(): number | null;
  /** How often it was started. */
  starts(): number;
  /** The last lines that it printed, for an error message. */
  tail(): readonly string[];
  /** Ends it for good: asks, and kills it after ten seconds. */
  end(): Promise<void>;
}

/** Keeps a process alive: when it dies by itself it is started again, after a pause that grows while it keeps dying. */
export function keepAlive(spec: ChildSpec, tell: (event: ChildEvent) => void): Child {
  const state: State = { process: null, starts: 0, ending: false, pause: backOff.least, timer: null, tail: [] };
  startOnce(spec, state, tell);
  watchOver(state);
  return {
    name: spec.name,
    pid: () => state.process?.pid ?? null,
    starts: () => state.starts,
    tail: () => state.tail,
    end: () => endChild(spec, state),
  };
}

interface State {
  process: ChildProcess | null;
  starts: number;
  ending: boolean;
  pause: number;
  timer: NodeJS.Timeout | null;
  tail: string[];
}

function startOnce(spec: ChildSpec, state: State, tell: (event: ChildEvent) => void): void {
  const [program, ...args] = spec.argv;
  const startedAt = Date.now();
  const log = openLog(spec.logFile);
  // A group of its own: Ctrl-C in the terminal reaches the supervisor alone, which ends the others in order.
  const child = spawn(program, args, {
    cwd: spec.cwd,
    env: spec.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  state.process = child;
  state.starts += 1;
  for (const stream of [child.stdout, child.stderr]) follow(stream, spec.name, state, log, tell);
  const gone = once((how: string) => {
    log.end();
    state.process = null;
    if (state.ending) return tell({ kind: 'ended', name: spec.name });
    if (Date.now() - startedAt > backOff.forgivenAfter) state.pause = backOff.least;
    const pause = spec.pauseMs ?? state.pause;
    tell({ kind: 'died', name: spec.name, how, againInMs: pause });
    state.timer = setTimeout(() => startOnce(spec, state, tell), pause);
    state.pause = Math.min(state.pause * 2, backOff.most);
  });
  child.once('error', (error) => gone(`could not be started: ${error.message}`));
  // `close` and not `exit`: by then everything that it printed has been read.
  child.once('close', (code, signal) => gone(signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
  if (child.pid !== undefined) tell({ kind: 'started', name: spec.name, pid: child.pid, starts: state.starts });
}

const living = new Set<State>();

/** Should the supervisor itself come to a sudden end, the children are asked to end with it. */
function watchOver(state: State): void {
  if (living.size === 0) process.on('exit', endAllNow);
  living.add(state);
}

function endAllNow(): void {
  for (const state of living) state.process?.kill('SIGTERM');
}

function forget(state: State): void {
  living.delete(state);
  if (living.size === 0) process.off('exit', endAllNow);
}

async function endChild(spec: ChildSpec, state: State): Promise<void> {
  state.ending = true;
  forget(state);
  if (state.timer) clearTimeout(state.timer);
  const child = state.process;
  if (!child) return;
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  child.kill(spec.endSignal ?? 'SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await closed;
  clearTimeout(killer);
}

function follow(
  stream: Readable,
  name: string,
  state: State,
  log: WriteStream,
  tell: (event: ChildEvent) => void,
): void {
  createInterface({ input: stream }).on('line', (line) => {
    log.write(`${line}\n`);
    state.tail = [...state.tail.slice(-19), line.slice(0, 2000)];
    tell({ kind: 'line', name, line });
  });
}

function openLog(file: string): WriteStream {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(file, `${file}.old`);
  const stream = createWriteStream(file, { flags: 'a' });
  // A full disk must not end the supervisor: the lines are still told.
  stream.on('error', () => undefined);
  return stream;
}

function once(act: (how: string) => void): (how: string) => void {
  let done = false;
  return (how) => {
    if (done) return;
    done = true;
    act(how);
  };
}
