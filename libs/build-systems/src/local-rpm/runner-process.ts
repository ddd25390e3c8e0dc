import { AppError } from '@millrace/kernel';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BuildRef } from '../build-system';
import { codeOf, createJson, readJson } from './json-file';
import { buildDir } from './layout';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity';

/** `runner.json`: who builds this. Made once; a build without one was never taken by a runner. */
interface RunnerRecord {
  /** null: cancelled before a runner took it. */
  readonly process: ProcessIdentity | null;
}

/** Takes the build for this process. False when somebody else has it: many runners may start, one builds. */
export async function claimBuild(dir: string, ref: BuildRef): Promise<boolean> {
  const record: RunnerRecord = { process: await identityOf(process.pid) };
  return createJson(runnerFile(dir, ref), record);
}

/** Keeps every runner from taking the build. False when one already has. */
export function claimForNobody(dir: string, ref: BuildRef): Promise<boolean> {
  const record: RunnerRecord = { process: null };
  return createJson(runnerFile(dir, ref), record);
}

/** `none`: no runner has taken the build yet; `dead`: the one that did is gone. */
export async function runnerState(dir: string, ref: BuildRef): Promise<'none' | 'alive' | 'dead'> {
  const record = await readJson<RunnerRecord>(runnerFile(dir, ref));
  if (!record) return 'none';
  return record.process && (await isAlive(record.process)) ? 'alive' : 'dead';
}

/** Starts a runner in a session of its own: it outlives this process, and its group is its own. */
export async function startRunner(dir: string, ref: BuildRef): Promise<void> {
  const logs = join(buildDir(dir, ref), 'logs');
  await mkdir(logs, { recursive: true });
  const log = openSync(join(logs, 'runner.log'), 'a', 0o644);
  try {
    const child = spawn(process.execPath, [runnerScript(), dir, ref], {
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      detached: true,
      stdio: ['ignore', log, log],
    });
    await new Promise<void>((started, failed) => {
      child.once('spawn', started);
      child.once('error', failed);
    });
    child.unref();
  } finally {
    closeSync(log);
  }
}

/** Kills the runner's group at once; what it runs in sandboxes dies with its parent. */
export async function killRunner(dir: string, ref: BuildRef): Promise<void> {
  const record = await readJson<RunnerRecord>(runnerFile(dir, ref));
  if (!record?.process || !(await isAlive(record.process))) return;
  try {
    process.kill(-record.process.pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
  while (await isAlive(record.process)) await new Promise((done) => setTimeout(done, 5));
}

function runnerFile(dir: string, ref: BuildRef): string {
  return join(buildDir(dir, ref), 'runner.json');
}

/** The compiled script, also when this very file runs from its source. */
function runnerScript(): string {
  const places = [join(__dirname, 'runner.js'), resolve(__dirname, '../../dist/local-rpm/runner.js')];
  const found = places.find((path) => existsSync(path));
  if (found) return found;
  throw new AppError({
    code: 'local-rpm-runner-missing',
    kind: 'unavailable',
    message: `the build runner was never compiled: there is no ${places[1]}`,
    remedy: 'build the workspace first: npm run build',
  });
}
