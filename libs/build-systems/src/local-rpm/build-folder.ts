import { AppError, moment, type Moment } from '@millrace/kernel';
import type { Contents, Evidence } from '@millrace/contracts';
import { join } from 'node:path';
import type { BuildProgress, BuildRef, BuildStatus, Order, Place } from '../build-system';
import { readJson, writeJson } from './json-file';
import { buildDir, candidateDir, fileAddress } from './layout';

/** Bounds of one build. Bytes are of memory in use by all its processes, and of its work folder. */
export interface BuildLimits {
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly diskBytes: number;
}

/** What the runner needs beside the order. Kept with it, so that the folder tells how it was built. */
export interface BuilderSettings {
  readonly limits: BuildLimits;
  /** PATH of the toolchain, outside and inside the sandbox. */
  readonly path: string;
  readonly platformModuleId: string;
}

/** `order.json`: written once, before the build exists. */
export interface OrderRecord {
  readonly key: string;
  readonly ref: BuildRef;
  readonly origin: 'cascade' | 'hand';
  readonly submittedBy: string | null;
  readonly submittedAt: Moment;
  readonly order: Order;
  readonly place: Place;
  readonly settings: BuilderSettings;
}

/** `state.json`: replaced at each step; `complete`, `failed` and `cancelled` are final. */
export interface StateRecord {
  readonly state: BuildProgress;
  readonly stage: string | null;
  readonly nvr: string | null;
  readonly startedAt: Moment | null;
  readonly endedAt: Moment | null;
  readonly builtFrom: { readonly place: string; readonly number: number } | null;
}

export const submittedState: StateRecord = {
  state: 'submitted',
  stage: null,
  nvr: null,
  startedAt: null,
  endedAt: null,
  builtFrom: null,
};

export function isFinal(state: Pick<StateRecord, 'state'>): boolean {
  return state.state === 'complete' || state.state === 'failed' || state.state === 'cancelled';
}

export async function readOrder(dir: string, ref: BuildRef): Promise<OrderRecord> {
  const record = await readJson<OrderRecord>(join(buildDir(dir, ref), 'order.json'));
  if (record) return record;
  throw new AppError({
    code: 'build-unknown',
    kind: 'missing',
    message: `there is no build ${ref} in ${dir}`,
    remedy: 'look whether the data folder is the one that the build was made in',
  });
}

export async function readState(dir: string, ref: BuildRef): Promise<StateRecord> {
  return (await readJson<StateRecord>(join(buildDir(dir, ref), 'state.json'))) ?? submittedState;
}

export async function writeState(dir: string, ref: BuildRef, state: StateRecord): Promise<void> {
  await writeJson(join(buildDir(dir, ref), 'state.json'), state);
}

/** The evidence is there before the state says that the build failed. */
export async function writeEnd(
  dir: string,
  ref: BuildRef,
  state: 'failed' | 'cancelled',
  evidence: Evidence,
): Promise<void> {
  const before = await readState(dir, ref);
  await writeJson(join(buildDir(dir, ref), 'evidence.json'), evidence);
  await writeState(dir, ref, { ...before, state, stage: evidence.stage, endedAt: moment(Date.now()) });
}

export function readContents(dir: string, ref: BuildRef): Promise<Contents | null> {
  return readJson<Contents>(join(buildDir(dir, ref), 'contents.json'));
}

export function readEvidence(dir: string, ref: BuildRef): Promise<Evidence | null> {
  return readJson<Evidence>(join(buildDir(dir, ref), 'evidence.json'));
}

export function statusOf(dir: string, record: OrderRecord, state: StateRecord): BuildStatus {
  const { order, ref } = record;
  return {
    ref,
    key: record.key,
    release: order.release,
    component: order.component,
    origin: record.origin,
    cascade: order.cascade,
    state: state.state,
    nvr: state.nvr,
    bootstrap: order.bootstrap,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    repository: state.state === 'complete' ? fileAddress(candidateDir(dir, order.release, ref)) : null,
    builtFrom: state.builtFrom,
    submittedBy: record.submittedBy,
    source: order.source,
  };
}
