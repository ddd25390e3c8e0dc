import { AppError, parseComponentId } from '@millrace/kernel';
import type { ModuleBuild, ModuleSubmission } from '@millrace/mbs';
import type { BuildRef, Order } from '../build-system';
import { allSubmissions, readSubmission, writeSubmission } from './book';
import { idsOf, refOf } from './ref';
import type { MbsParts, ModuleTarget } from './settings';

const turns = new Map<string, Promise<unknown>>();

/**
 * Submits a module once. The service refuses a source that it has under this stream unless that failed, so a submission
 * whose answer was lost is found by its scmurl; one that failed goes on where it stopped. Equal keys come one after
 * another.
 */
export function submit(parts: MbsParts, key: string, order: Order): Promise<BuildRef> {
  const act = () => submitInTurn(parts, key, order);
  const turn = (turns.get(key) ?? Promise.resolve()).then(act, act);
  turns.set(key, turn);
  const forget = () => turns.get(key) === turn && turns.delete(key);
  turn.then(forget, forget);
  return turn;
}

async function submitInTurn(parts: MbsParts, key: string, order: Order): Promise<BuildRef> {
  const known = await readSubmission(parts, key);
  if (known?.ref) return known.ref;
  const { name, stream } = moduleOf(order);
  const { release, component, cascade } = order;
  const at = known?.at ?? new Date().toISOString();
  const submission = { ...{ key, release, component, cascade, at }, scmurl: scmurlOf(order), ref: null };
  if (!known) await writeSubmission(parts, submission);
  const sent = { order, scmurl: submission.scmurl, branch: stream, at };
  const builds = (await running(parts, sent)) ?? (await send(parts, sent));
  if (builds.length === 0) throw nothingMade(name, stream);
  const ids = builds.map((build) => build.id);
  const times = (await allSubmissions(parts)).filter((one) => one.ref && sameIds(idsOf(one.ref), ids)).length;
  const ref = refOf(ids, times + 1);
  await writeSubmission(parts, { ...submission, ref });
  return ref;
}

interface Sent {
  readonly order: Order;
  readonly scmurl: string;
  readonly branch: string;
  /** Since when it is wanted. */
  readonly at: string;
}

/** Clocks differ, and times are whole seconds. */
const clockMs = 120_000;

/**
 * Builds of this source that have not failed: ours whose answer was lost, or somebody's who was faster. One that was
 * ready long before is neither: it was not built with what this cascade has made, and the service makes no second one.
 */
async function running({ mbs }: MbsParts, { scmurl, branch, at }: Sent): Promise<readonly ModuleBuild[] | null> {
  const found = (await mbs.builds({ scmurl, stream: branch })).filter((build) => build.scratch !== true);
  const live = found.filter((build) => build.state !== 'failed' && build.state !== 'garbage');
  if (live.length === 0) return null;
  const newest = live
    .map((build) => build.version)
    .sort()
    .at(-1);
  const builds = found.filter((build) => build.version === newest);
  if (builds.every((build) => isOlder(build, at))) throw versionTaken(builds[0]!);
  return builds;
}

function isOlder({ state, time_modified: time }: ModuleBuild, at: string): boolean {
  const isOver = state === 'ready' || state === 'done';
  return isOver && typeof time === 'string' && Date.parse(time) < Date.parse(at) - clockMs;
}

async function send(parts: MbsParts, sent: Sent): Promise<readonly ModuleBuild[]> {
  const { order, scmurl, branch } = sent;
  const target = await parts.options.target(order.release);
  try {
    return await parts.mbs.submit({ scmurl, branch, ...wishesOf(target) });
  } catch (thrown) {
    // Between the look and the submission somebody else submitted the same.
    if (!(thrown instanceof AppError && thrown.code === 'mbs-exists')) throw thrown;
    const there = await running(parts, sent);
    if (there) return there;
    throw thrown;
  }
}

function wishesOf(target: ModuleTarget | null): Partial<ModuleSubmission> {
  if (target === null) return {};
  const { rebuild_strategy: strategy, reuse_components_from: reuse } = target;
  const { buildrequire_overrides: builds, require_overrides: requires } = target;
  return {
    ...(strategy ? { rebuild_strategy: strategy } : {}),
    ...(reuse === undefined ? {} : { reuse_components_from: reuse }),
    ...(builds ? { buildrequire_overrides: builds } : {}),
    ...(requires ? { require_overrides: requires } : {}),
  };
}

export function moduleOf({ component, macros }: Order): { readonly name: string; readonly stream: string } {
  const { type, name, stream } = parseComponentId(component);
  if (type === 'module' && stream && Object.keys(macros).length === 0) return { name, stream };
  throw new AppError({
    code: 'mbs-order-strange',
    kind: 'invalid',
    message: `the Module Build Service cannot build ${component}${type === 'module' ? ' with macros' : ''}`,
    remedy: 'it builds components module/NAME:STREAM from a commit; name another build system for the rest',
  });
}

function scmurlOf({ source }: Order): string {
  if (source.kind === 'git') return `${source.url}?#${source.commit}`;
  throw new AppError({
    code: 'mbs-source-local',
    kind: 'invalid',
    message: `the Module Build Service cannot build ${source.path}`,
    remedy: 'give a commit of a repository that it reaches',
  });
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

function nothingMade(name: string, stream: string): AppError {
  return new AppError({
    code: 'mbs-nothing-made',
    kind: 'unavailable',
    message: `the service took the submission of ${name}:${stream} and shows no build of it`,
    remedy: 'nothing to do: it is looked up again',
  });
}

function versionTaken({ name, stream, version, id, state }: ModuleBuild): AppError {
  return new AppError({
    code: 'mbs-version-taken',
    kind: 'conflict',
    message: `${name}:${stream} of this commit is ${state} already (version ${version}, module build ${id})`,
    remedy: 'a commit, an empty one too, gives the module a new version',
  });
}
