import type { NvrForeseen } from '@millrace/contracts';
import { AppError, type ComponentId } from '@millrace/kernel';
import type { NvrQuestion, NvrsFound } from '../domain/nvrs/question';
import { foreseenNvrs, mostForeseen, type WantedNvr } from './nvrs';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import type { Bumps } from './rebuild-source';

/** How rebuilds that are only planned will be called. */
export function nvrLookups({ read, systems }: Outside, { git }: Pick<Bumps, 'git'>) {
  const asked = { read, systems, git };
  return {
    /** Of components that a next cascade of the release would build; the first ones. */
    nvrsOf: async (
      name: string,
      components: readonly ComponentId[],
    ): Promise<ReadonlyMap<ComponentId, NvrForeseen>> => {
      const release = await releaseNamed(read, name);
      const wanted = [...new Set(components)].map((component) => {
        return { component, source: null, cascade: release.cascades + 1 };
      });
      return foreseenNvrs(asked, release, wanted);
    },
    nvrs: async ({ release: name, components, cascade: id }: NvrQuestion): Promise<NvrsFound> => {
      const cascade = id === undefined ? null : await cascadeNamed(read, id);
      const release = await releaseNamed(read, cascade?.release ?? name ?? releaseMissing());
      const wanted: readonly WantedNvr[] =
        cascade === null
          ? components.map((component) => ({ component, source: null, cascade: release.cascades + 1 }))
          : await openOf(read, cascade, components);
      const found = await foreseenNvrs(asked, release, wanted);
      return {
        nvrs: [...found].map(([component, foreseen]) => ({ component, ...foreseen })),
        left: Math.max(0, wanted.length - mostForeseen),
      };
    },
  };
}

/** What a cascade has not submitted, or what failed: a next build would be called so. */
async function openOf(
  read: Outside['read'],
  { id, number }: { readonly id: string; readonly number: number },
  components: readonly ComponentId[],
): Promise<readonly WantedNvr[]> {
  const open = { cascade: id, state: ['waiting', 'ready', 'failed'] };
  const rows = await read.rebuilds.where(open as never, { orderBy: 'id', limit: 5000 });
  const named = rows.filter(({ component }) => components.length === 0 || components.includes(component));
  const each = new Map(named.map(({ component, source }) => [component, { component, source, cascade: number }]));
  return [...each.values()];
}

function releaseMissing(): never {
  throw new AppError({
    code: 'release-missing',
    kind: 'invalid',
    message: 'neither a release nor a cascade is named',
    remedy: 'name a release with components of it, or a cascade',
  });
}
