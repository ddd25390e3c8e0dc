import { landingPolicyOf, type DoorReply, type doors, type ReleaseDefinition } from '@millrace/contracts';
import { parseComponentId, toAppError, type ComponentId } from '@millrace/kernel';
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { headOf } from './git-source';
import { landingAdapterOf } from './landing-adapters';
import type { Outside } from './outside';

type Check = DoorReply<typeof doors.scheduler.releaseCheck>;
type Problem = Check['problems'][number];

/** Components whose repositories are looked for: one alone may have left the branch. */
const mostTried = 3;

/** How it lands is known before anything is to land. */
export function landingProblems(
  { systems, landers }: Pick<Outside, 'systems' | 'landers'>,
  definition: ReleaseDefinition,
): readonly Problem[] {
  if (landingPolicyOf(definition).adapter === undefined) return [];
  const row = { id: definition.release, definition };
  for (const name of new Set(Object.values(definition.build_systems))) {
    if (!systems.has(name)) continue;
    try {
      landingAdapterOf(systems, landers ?? {}, row, name);
    } catch (thrown) {
      const { message, remedy } = toAppError(thrown);
      return [{ path: ['landing_policy', 'adapter'], text: message, remedy: remedy ?? 'name another' }];
    }
  }
  return [];
}

/** Whether sources can be read: folders by themselves, repositories by those of a few components that are known. */
export async function sourceProblems(
  { read, git }: Pick<Outside, 'read' | 'git'>,
  definition: ReleaseDefinition,
  inTime: <T>(answer: Promise<T>) => Promise<T>,
): Promise<Pick<Check, 'problems' | 'unasked'>> {
  const problems: Problem[] = [];
  const unasked: Check['unasked'] = [];
  const known = await knownComponents(read, definition.release);
  for (const [type, { git: template, branch }] of Object.entries(definition.sources)) {
    const remedy = 'correct it, or make it readable for the scheduler';
    const path = ['sources', type, 'git'];
    if (!(await isFolder(template))) {
      problems.push({ path, text: `there is no folder '${template}'`, remedy });
      continue;
    }
    const tried = known.filter((one) => parseComponentId(one).type === type).slice(0, mostTried);
    const heads = tried.map((component) => inTime(headOf(git, definition, component)));
    const outcomes = await Promise.allSettled(heads);
    const faults = outcomes.flatMap((one) => (one.status === 'rejected' ? [toAppError(one.reason)] : []));
    const [fault] = faults;
    if (!fault || faults.length < tried.length) continue;
    if (fault.kind !== 'missing') unasked.push({ system: template, because: fault.message });
    else problems.push({ path: ['sources', type, 'branch'], text: fault.message, remedy: `${remedy} (${branch})` });
  }
  return { problems, unasked };
}

/** Of a folder on this machine: is it there? Of any other address: nothing is said. */
async function isFolder(template: string): Promise<boolean> {
  if (template.includes('{name}')) return true;
  const path = isAbsolute(template) ? template : template.startsWith('file:///') ? fileURLToPath(template) : null;
  if (path === null) return true;
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function knownComponents(read: Outside['read'], release: string): Promise<readonly ComponentId[]> {
  const heads = await read.sources.where({ release }, { limit: 50 });
  const built = await read.validated.where({ release }, { limit: 50 });
  return [...new Set([...heads, ...built].map((row) => row.component))];
}
