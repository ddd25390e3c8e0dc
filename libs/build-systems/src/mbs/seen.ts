import type { ModuleBuild, ModuleQuery } from '@millrace/mbs';
import { AppError } from '@millrace/kernel';
import { z } from 'zod';
import type { BuildStatus, OwnResult } from '../build-system';
import { allSubmissions } from './book';
import { buildsOf, nameOf, statusOf } from './look';
import { idsOf, refOf } from './ref';
import type { MbsParts } from './settings';

/** Times are whole seconds, and rows are committed after they are stamped: so far back is read again. */
const overlapMs = 120_000;
/** Who has never read begins here: what was built before is no news. */
const firstLookMs = 24 * 3_600_000;

const position = z.object({
  /** The newest change that was read. */
  modified: z.string().nullable(),
  /** `id@state` of what was read within the overlap. */
  read: z.array(z.string()),
});

/** Module builds that changed since the cursor: ours and those that people submitted, all expansions as one. */
export async function seen(parts: MbsParts, release: string, cursor: string | null) {
  const at = readCursor(cursor);
  const target = await parts.options.target(release);
  const since = { modified_after: at.modified === null ? firstLook() : back(at.modified) };
  const base = baseOf(target?.target ?? '');
  const changed = (await parts.mbs.builds({ ...base, ...since })).filter((build) => build.scratch !== true);
  const known = new Set(at.read);
  const fresh = changed.filter((build) => !known.has(keyOf(build)));
  const modified = [at.modified ?? '', ...changed.map((build) => build.time_modified ?? '')].sort().at(-1) || null;
  const read = changed.filter((build) => modified === null || (build.time_modified ?? '') >= back(modified));
  const { builds, results } = await told(parts, release, fresh);
  return { builds, results, cursor: JSON.stringify({ modified, read: read.map(keyOf) }) };
}

async function told(parts: MbsParts, release: string, fresh: readonly ModuleBuild[]) {
  const submissions = await allSubmissions(parts);
  const refs = new Set<string>();
  for (const build of fresh) {
    const group = refOf([build.id, ...(build.siblings ?? [])]);
    const ours = submissions.filter((one) => one.ref && idsOf(one.ref).includes(build.id)).at(-1);
    if (ours && ours.release !== release) continue;
    refs.add(ours?.ref ?? group);
  }
  const builds: BuildStatus[] = [];
  const results: OwnResult[] = [];
  for (const ref of refs) {
    const all = await buildsOf(parts, ref);
    const status = { ...statusOf(parts, ref, all, submissions), release };
    builds.push(status);
    results.push(...resultsOf(parts, status, all));
  }
  return { builds: builds.sort(byTime), results };
}

/** With `completeAt: done` the service's own gate is a result like any other: `ready` is its good word. */
function resultsOf(
  { options }: MbsParts,
  { ref, component, nvr, origin }: BuildStatus,
  all: readonly ModuleBuild[],
): OwnResult[] {
  if (options.completeAt !== 'done' || origin !== 'cascade' || nvr === null) return [];
  if (all.every((build) => build.state === 'ready')) {
    return [{ ref, component, nvr, outcome: 'PASSED', note: `${nameOf(all)} is ready` }];
  }
  return [];
}

/** `platform:f44`; empty: modules of every base. */
export function baseOf(target: string): Pick<ModuleQuery, 'base_module_br_name' | 'base_module_br_stream'> {
  const [name = '', stream] = target.split(':');
  if (name === '') return {};
  return { base_module_br_name: name, ...(stream ? { base_module_br_stream: stream } : {}) };
}

function firstLook(): string {
  return new Date(Date.now() - firstLookMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

function keyOf({ id, state, time_modified: time }: ModuleBuild): string {
  return `${id}@${state}@${time ?? ''}`;
}

function back(time: string): string {
  return new Date(Date.parse(time) - overlapMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

function byTime(a: BuildStatus, b: BuildStatus): number {
  const [one, other] = [a.endedAt ?? a.startedAt ?? '', b.endedAt ?? b.startedAt ?? ''];
  return one < other ? -1 : one > other ? 1 : 0;
}

function readCursor(cursor: string | null): z.infer<typeof position> {
  if (cursor === null) return { modified: null, read: [] };
  try {
    return position.parse(JSON.parse(cursor));
  } catch (cause) {
    const message = 'this is no cursor of a reader of modules';
    throw new AppError({ code: 'cursor-damaged', kind: 'invalid', message, remedy: 'begin again without one', cause });
  }
}
