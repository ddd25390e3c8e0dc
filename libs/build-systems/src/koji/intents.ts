import { sha256 } from '@millrace/kernel';
import { OutcomeUnknown, type CallIntent, type KojiWrites, type WriteOutcome, type BeforeWrite } from '@millrace/koji';
import { AppError } from '@millrace/kernel';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readJson } from '../local-rpm/json-file';
import type { KojiParts } from './settings';

export interface Act<T> {
  /** Names the act for ever, e.g. `build <key>`. */
  readonly name: string;
  /** What an earlier execution made; null when there was none. */
  lookUp(): Promise<T | null>;
  send(write: KojiWrites, before: BeforeWrite): Promise<WriteOutcome<T>>;
  /** What it makes may be over and without effect (a task that failed): then it is sent once more. */
  readonly mayEndUnseen?: boolean;
}

const running = new Map<string, Promise<unknown>>();

/**
 * Does a thing in Koji once, however often and from wherever it is asked for, and whatever is cut in between. Before the
 * write its session and call number are stored. After a cut the same call is sent again under them. Only when that
 * session is gone: look, wait longer than the longest call, look again, send anew.
 */
export function once<T>(parts: KojiParts, act: Act<T>): Promise<T> {
  const file = fileOf(parts, act.name);
  return inTurn(file, () => attempt(parts, act, file));
}

/** It is known by other means to have happened: what a crash left behind goes. */
export function settled(parts: KojiParts, name: string): Promise<void> {
  const file = fileOf(parts, name);
  return inTurn(file, () => rm(file, { force: true }));
}

function fileOf({ options }: KojiParts, name: string): string {
  return join(options.dir, 'intents', `${sha256(name)}.json`);
}

function inTurn<T>(file: string, act: () => Promise<T>): Promise<T> {
  const turn = (running.get(file) ?? Promise.resolve()).then(act, act);
  running.set(file, turn);
  const forget = () => running.get(file) === turn && running.delete(file);
  turn.then(forget, forget);
  return turn;
}

async function attempt<T>(parts: KojiParts, act: Act<T>, file: string): Promise<T> {
  const intent = await readJson<CallIntent>(file);
  const found = (await act.lookUp()) ?? (intent === null ? null : await settle(parts, act, intent));
  const value = found ?? (await sendAnew(parts, act, file)) ?? (await sendAnew(parts, act, file));
  if (value === null) throw effectMissing(act);
  await rm(file, { force: true });
  return value;
}

/** null: it happened unseen, and is over. */
async function sendAnew<T>(parts: KojiParts, act: Act<T>, file: string): Promise<T | null> {
  try {
    return await valueOf(act, await act.send(parts.hub.write, (intent) => storeSecret(file, intent)));
  } catch (thrown) {
    // What the hub refused did not happen; what is unknown keeps its intent.
    if (!(thrown instanceof OutcomeUnknown)) await rm(file, { force: true });
    throw thrown;
  }
}

/** null: it did not happen, and cannot happen any more. */
async function settle<T>(parts: KojiParts, act: Act<T>, intent: CallIntent): Promise<T | null> {
  try {
    return await valueOf(act, await act.send(parts.hub.resume(intent), () => undefined));
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'koji-session-gone') throw thrown;
  }
  const found = await act.lookUp();
  if (found !== null) return found;
  await pause(Math.max(0, Date.parse(intent.at) + parts.longestCallMs - Date.now()));
  return act.lookUp();
}

async function valueOf<T>(act: Act<T>, outcome: WriteOutcome<T>): Promise<T | null> {
  if (outcome.kind === 'answered') return outcome.value;
  const found = await act.lookUp();
  if (found === null && !act.mayEndUnseen) throw effectMissing(act);
  return found;
}

function effectMissing({ name }: Act<unknown>): AppError {
  return new AppError({
    code: 'koji-effect-missing',
    kind: 'unavailable',
    message: `the hub says that it executed '${name}', and shows nothing of it`,
    remedy: 'wait, it is looked up again; when it stays so, see whether somebody removed it',
  });
}

async function storeSecret(file: string, value: CallIntent): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(value));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
