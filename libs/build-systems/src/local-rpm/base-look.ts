import { AppError, type ComponentId, type Moment } from '@millrace/kernel';
import type { BaseLook, NewestBuild } from '../base-look';
import type { BuildRef, Withdrawn } from '../build-system';
import { buildsIn } from './inventory';
import { lookAtBuild } from './look';
import { currentRepository } from './repository';

interface Ended {
  readonly nvr: string;
  readonly at: Moment | null;
}

/** The release's current repository names its builds; what a build was never changes. */
export function localBase(dir: string): BaseLook {
  const ends = new Map<BuildRef, Ended>();
  const endOf = async (ref: BuildRef): Promise<Ended | null> => {
    const known = ends.get(ref) ?? (await ended(dir, ref));
    if (known) ends.set(ref, known);
    return known;
  };
  return {
    newest: async (release) => {
      const found: NewestBuild[] = [];
      for (const [component, ref] of await landed(dir, release)) {
        const end = await endOf(ref);
        if (end) found.push({ component, ref, nvr: end.nvr, completedAt: end.at });
      }
      return found;
    },
    gone: async (release, builds) => {
      const there = new Set((await landed(dir, release)).values());
      const away = builds.filter(({ ref }) => !there.has(ref));
      return Promise.all(
        away.map(async ({ ref, component, nvr }): Promise<Withdrawn> => {
          const how = (await ended(dir, ref)) === null ? 'deleted' : 'untagged';
          return { ref, component, nvr, how, from: `the repository of ${release}`, by: null };
        }),
      );
    },
  };
}

async function landed(dir: string, release: string): Promise<ReadonlyMap<ComponentId, BuildRef>> {
  const record = await currentRepository(dir, release, null);
  return record ? buildsIn(record) : new Map<ComponentId, BuildRef>();
}

/** null: its folder was taken away. */
async function ended(dir: string, ref: BuildRef): Promise<Ended | null> {
  try {
    const { nvr, endedAt } = await lookAtBuild(dir, ref);
    return { nvr: nvr ?? ref, at: endedAt };
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.kind === 'missing') return null;
    throw thrown;
  }
}
