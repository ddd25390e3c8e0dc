import type { BuildStatus, BuildSystem } from '@millrace/build-systems';
import { AppError } from '@millrace/kernel';
import type { Systems } from './systems';

const progress: readonly string[] = ['submitted', 'building', 'complete', 'failed', 'cancelled'] satisfies readonly [
  ...BuildStatus['state'][],
];
const component = /^[a-z]+\/\S{1,250}$/;
const longest = 2048;

/**
 * Build systems whose answers are looked at before they are believed: a state that there is not, a build that nobody asked
 * for, a reference or a repository without a name, contents of another component. What cannot be so is a fault that says
 * what came, and the call is made again later; nothing is decided on it.
 */
export function believable(systems: Systems): Systems {
  return new Map([...systems].map(([name, system]) => [name, doubted(system)]));
}

function doubted(system: BuildSystem): BuildSystem {
  const ref = (call: string, value: unknown): string => {
    if (isText(value)) return value;
    throw nonsense(system, call, `the build ${shown(value)}`, 'a build has a name');
  };
  const repository = <Made extends { readonly number: number; readonly repository: string }>(
    call: string,
    made: Made,
  ) => {
    if (Number.isSafeInteger(made?.number) && made.number >= 0 && isText(made.repository)) return made;
    throw nonsense(system, call, `the repository ${shown(made)}`, 'a repository has a number and an address');
  };
  const answers: Pick<
    BuildSystem,
    'submit' | 'find' | 'look' | 'contents' | 'seen' | 'admit' | 'close' | 'repository'
  > = {
    find: async (key) => {
      const found = await system.find(key);
      return found === null ? null : ref('find', found);
    },
    submit: async (...order) => ref('submit', await system.submit(...order)),
    look: async (refs) => {
      const statuses = await system.look(refs);
      for (const status of statuses) believed(system, 'look', status, refs);
      return statuses;
    },
    contents: async (of) => {
      const contents = await system.contents(of);
      if (component.test(contents?.component) && isText(contents.nvr)) return contents;
      throw nonsense(system, `contents of ${of}`, shown(contents), 'they name their component and NVR');
    },
    seen: async (...since) => {
      const seen = await system.seen(...since);
      for (const status of seen.builds) believed(system, 'seen', status, null);
      if (typeof seen.cursor === 'string' && seen.cursor.length <= longest) return seen;
      throw nonsense(system, 'seen', `the cursor ${shown(seen.cursor)}`, 'a cursor is a text');
    },
    admit: async (...build) => repository('admit', await system.admit(...build)),
    close: async (...place) => repository('close', await system.close(...place)),
    repository: async (...place) => repository('repository', await system.repository(...place)),
  };
  return Object.assign(Object.create(system) as BuildSystem, answers);
}

function believed(system: BuildSystem, call: string, status: BuildStatus, asked: readonly string[] | null): void {
  const about = isText(status?.ref) ? `build ${status.ref}` : `the build ${shown(status?.ref)}`;
  if (!isText(status?.ref)) throw nonsense(system, call, about, 'a build has a name');
  if (asked && !asked.includes(status.ref))
    throw nonsense(system, call, about, `${asked.length} others were asked for`);
  if (!progress.includes(status.state)) {
    throw nonsense(system, call, `${about} in state ${shown(status.state)}`, `it is one of ${progress.join(', ')}`);
  }
  if (!component.test(status.component)) {
    throw nonsense(system, call, `${about} of ${shown(status.component)}`, 'that is no component');
  }
}

/** A build of ours that is not of the component that it was made for is believed to be neither. */
export function ofComponent<Status extends Pick<BuildStatus, 'ref' | 'component' | 'origin'>>(
  system: Pick<BuildSystem, 'name'>,
  wanted: string,
  status: Status,
): Status {
  if (status.component === wanted || status.origin === 'hand') return status;
  throw nonsense(system, 'look', `build ${status.ref} of ${status.component}`, `it was submitted for ${wanted}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= longest;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 120);
}

function nonsense({ name }: Pick<BuildSystem, 'name'>, call: string, came: string, but: string): AppError {
  return new AppError({
    code: 'build-system-nonsense',
    kind: 'unavailable',
    message: `${name} answered ${call} with ${came}, which cannot be: ${but}`,
    remedy: `look at ${name} and its log; it is asked again, and nothing was changed`,
  });
}
