import { moment, msOf, type Moment } from '@millrace/kernel';
import { join } from 'node:path';
import type { BuildRef, BuildStatus } from '../build-system';
import { isFinal, readOrder, readState, statusOf, writeEnd, type OrderRecord, type StateRecord } from './build-folder';
import { BuildStop } from './build-stop';
import { evidenceOf } from './failure';
import { announce } from './feed';
import { createJson, readJson } from './json-file';
import { buildDir } from './layout';
import { removeTree } from './remove-tree';
import { claimForNobody, killRunner, runnerState, startRunner } from './runner-process';

/** After this time a submitted build without a runner lost it with its submitter, and is given another, once. */
const patienceMs = 5_000;
/** After this time without a runner, none can be started on this machine. */
const givenUpMs = 60_000;

/** A build's state as it is: one whose runner died without saying so has failed, and one that never got one gets one. */
export async function lookAtBuild(dir: string, ref: BuildRef): Promise<BuildStatus> {
  const record = await readOrder(dir, ref);
  const state = await readState(dir, ref);
  if (isFinal(state)) return statusOf(dir, record, state);
  const runner = await runnerState(dir, ref);
  if (runner === 'none' && olderThan(record.submittedAt, patienceMs)) await startAgain(dir, record);
  return statusOf(dir, record, runner === 'dead' ? await buryBuild(dir, record) : await readState(dir, ref));
}

/** Ends a build at once. One that has ended stays as it is. */
export async function cancelBuild(dir: string, ref: BuildRef): Promise<void> {
  const record = await readOrder(dir, ref);
  if (isFinal(await readState(dir, ref))) return;
  // Said first: whoever finds the runner dead then knows why, and does not call it a fault of the machine.
  await createJson(cancelMark(dir, ref), { at: moment(Date.now()) });
  if (!(await claimForNobody(dir, ref))) await killRunner(dir, ref);
  if (isFinal(await readState(dir, ref))) return;
  await endBuild(dir, record, 'the build was cancelled');
}

/** A second runner that does not take the build either is a fault of the machine: the build fails. */
async function startAgain(dir: string, record: OrderRecord): Promise<void> {
  const file = join(buildDir(dir, record.ref), 'started-again.json');
  if (await createJson(file, { at: moment(Date.now()) })) return startRunner(dir, record.ref);
  const again = await readJson<{ at: Moment }>(file);
  if (!again || !olderThan(again.at, givenUpMs) || !(await claimForNobody(dir, record.ref))) return;
  await endBuild(dir, record, 'no runner could be started; see runner.log');
}

function olderThan(at: Moment, ms: number): boolean {
  return Date.now() - msOf(at) > ms;
}

/** The runner is dead. Its last act may have been the state, after the caller read it. */
async function buryBuild(dir: string, record: OrderRecord): Promise<StateRecord> {
  const state = await readState(dir, record.ref);
  if (isFinal(state)) return state;
  await endBuild(dir, record, 'the runner of this build died: it was killed, or the machine went down');
  return readState(dir, record.ref);
}

async function endBuild(dir: string, record: OrderRecord, why: string): Promise<void> {
  const { ref, order } = record;
  const { stage } = await readState(dir, ref);
  const cancelled = (await readJson(cancelMark(dir, ref))) !== null;
  const stop = cancelled
    ? new BuildStop(stage ?? 'submitted', 'the build was cancelled', 'cancelled')
    : new BuildStop(stage ?? 'submitted', why, 'infrastructure');
  await writeEnd(dir, ref, cancelled ? 'cancelled' : 'failed', await evidenceOf(buildDir(dir, ref), stop));
  await announce(dir, order.release, ref);
  await removeTree(join(buildDir(dir, ref), 'work'));
}

function cancelMark(dir: string, ref: BuildRef): string {
  return join(buildDir(dir, ref), 'cancel.json');
}
