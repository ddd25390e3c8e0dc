import type { DoorReply, doors, ReleaseDefinition } from '@millrace/contracts';
import { toAppError } from '@millrace/kernel';
import { liveOf } from '../domain/live';
import { leavesObserving, leftIn, mostCounted, startsOf } from '../domain/modes/leaving';
import type { CascadeRow, ReleaseRow } from '../domain/state';
import { followProblems } from './follow/check-definition';
import type { Outside } from './outside';
import { landingProblems, sourceProblems } from './release-reach';

type Check = DoorReply<typeof doors.scheduler.releaseCheck>;
type Problem = Check['problems'][number];
type Read = Pick<Outside['read'], 'releases' | 'cascades' | 'rebuilds'>;
type Asked = Pick<Outside, 'read' | 'systems' | 'landers' | 'git'>;

/** Somebody waits for the answer: a hub that is away is said to be away. */
const longestWaitMs = 10_000;

/** What would come of applying a definition. Asks the build systems, and changes nothing. */
export async function checkRelease(outside: Asked, definition: ReleaseDefinition): Promise<Check> {
  const { read } = outside;
  const [before, places, sources] = await Promise.all([
    read.releases.get(definition.release),
    placesOf(outside, definition),
    sourceProblems(outside, definition, inTime),
  ]);
  const mode = { before: before?.definition.mode ?? null, after: definition.mode };
  const leaves = before !== null && leavesObserving(before.definition, definition);
  return {
    unasked: [...places.unasked, ...sources.unasked],
    problems: [...places.problems, ...sources.problems, ...(await followProblems(read, definition))],
    mode,
    starts: leaves ? await startsWhenLeft(read, before) : null,
    running: before ? await olderOf(read, before) : [],
  };
}

/** Whether the build systems, targets and tags that a definition names are there, and it can land as it says. */
export async function placesOf(
  { systems, landers }: Pick<Asked, 'systems' | 'landers'>,
  definition: ReleaseDefinition,
): Promise<Pick<Check, 'problems' | 'unasked'>> {
  const { build_systems, build_targets = {} } = definition;
  const problems: Problem[] = [];
  const unasked: Check['unasked'] = [];
  for (const [type, name] of Object.entries(build_systems)) {
    const system = systems.get(name);
    if (!system) {
      const remedy = `name one of ${[...systems.keys()].join(', ')}, or add it to the scheduler's build_systems`;
      problems.push({ path: ['build_systems', type], text: `there is no build system '${name}' here`, remedy });
      continue;
    }
    const target = (build_targets as Partial<Record<string, NonNullable<typeof build_targets.rpm>>>)[type];
    if (!target || !system.lacking) continue;
    try {
      const lacks = await inTime(system.lacking(target));
      problems.push(...lacks.map(({ key, ...words }) => ({ path: ['build_targets', type, key], ...words })));
    } catch (thrown) {
      unasked.push({ system: name, because: toAppError(thrown).message });
    }
  }
  const landing = landingProblems({ systems, ...(landers ? { landers } : {}) }, definition);
  return { problems: [...problems, ...landing], unasked };
}

async function startsWhenLeft(read: Read, release: ReleaseRow): Promise<Check['starts']> {
  const rows = await read.cascades.getMany(release.observed ?? []);
  const plans = rows.filter((row) => row.state === 'awaiting-approval');
  const starts = startsOf(plans, leftIn(plans) > mostCounted ? null : await openOf(read, plans));
  return { ...starts, components: [...starts.components] };
}

async function openOf(read: Read, plans: readonly CascadeRow[]) {
  return (await Promise.all(plans.map(({ id }) => read.rebuilds.where({ cascade: id, state: 'waiting' })))).flat();
}

async function olderOf(read: Read, release: ReleaseRow): Promise<Check['running']> {
  const rows = await read.cascades.getMany(liveOf(release));
  return rows.map(({ id, definitionRevision }) => ({ cascade: id, revision: definitionRevision }));
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not answer')), longestWaitMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
