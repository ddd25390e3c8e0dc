import type { BuilderLoad, BuildSystem } from '@millrace/build-systems';
import { AppError, toAppError } from '@millrace/kernel';

/** Somebody looks: a hub that is away is said to be away, and is not waited for. */
const longestWaitMs = 5000;

/** What a build system's builders bear now, or why that is not known. */
export async function buildersOf(system: BuildSystem) {
  try {
    return { builders: ((await inTime(system)) ?? []).map(viewOf), unknown: null };
  } catch (thrown) {
    return { builders: [], unknown: toAppError(thrown).message };
  }
}

const asked = new WeakMap<BuildSystem, Promise<readonly BuilderLoad[] | undefined>>();

/** One question at a time: of a hub that is away, all who look wait for the same. */
function loadOf(system: BuildSystem): Promise<readonly BuilderLoad[] | undefined> {
  const before = asked.get(system);
  if (before) return before;
  const question = Promise.resolve(system.load?.()).finally(() => asked.delete(system));
  asked.set(system, question);
  return question;
}

async function inTime(system: BuildSystem): Promise<readonly BuilderLoad[] | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silent(system.name)), longestWaitMs);
  });
  try {
    return await Promise.race([loadOf(system), late]);
  } finally {
    clearTimeout(timer);
  }
}

function viewOf(one: BuilderLoad) {
  return { ...one, architectures: [...one.architectures] };
}

function silent(name: string): AppError {
  return new AppError({
    code: 'build-system-silent',
    kind: 'unavailable',
    message: `${name} does not answer`,
    remedy: 'see whether it is down, and the way to it',
  });
}
