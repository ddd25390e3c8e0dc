import { AppError, parseComponentId } from '@millrace/kernel';
import type { ModuleBuild } from '@millrace/mbs';
import type { BuildRef, Order } from '../build-system';
import { allSubmissions, readSubmission, writeSubmission } from './book';
import { idsOf, refOf } from './ref';
import type { MbsParts } from './settings';

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
  const builds =
    (await running(parts, submission.scmurl, stream)) ?? (await send(parts, order, submission.scmurl, stream));
  if (builds.length === 0) throw nothingMade(name, stream);
  const ids = builds.map((build) => build.id);
  const times = (await allSubmissions(parts)).filter((one) => one.ref && sameIds(idsOf(one.ref), ids)).length;
  const ref = refOf(ids, times + 1);
  await writeSubmission(parts, { ...submission, ref });
  return ref;
}

/** Builds of this source that have not failed: ours whose answer was lost, or somebody's who was faster. */
async function running({ mbs }: MbsParts, scmurl: string, stream: string): Promise<readonly ModuleBuild[] | null> {
  const found = (await mbs.builds({ scmurl, stream })).filter((build) => build.scratch !== true);
  const live = found.filter((build) => build.state !== 'failed' && build.state !== 'garbage');
  if (live.length === 0) return null;
  const newest = live
    .map((build) => build.version)
    .sort()
    .at(-1);
  return found.filter((build) => build.version === newest);
}

async function send(parts: MbsParts, order: Order, scmurl: string, branch: string): Promise<readonly ModuleBuild[]> {
  const strategy = (await parts.options.target(order.release))?.rebuild_strategy;
  try {
    return await parts.mbs.submit({ scmurl, branch, ...(strategy ? { rebuild_strategy: strategy } : {}) });
  } catch (thrown) {
    // Between the look and the submission somebody else submitted the same.
    if (!(thrown instanceof AppError && thrown.code === 'mbs-exists')) throw thrown;
    const there = await running(parts, scmurl, branch);
    if (there) return there;
    throw thrown;
  }
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
