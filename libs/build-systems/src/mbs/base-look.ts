import type { ModuleBuild } from '@millrace/mbs';
import type { BaseLook, NewestBuild } from '../base-look';
import type { Withdrawn } from '../build-system';
import { allSubmissions, type Submission } from './book';
import { endedAt, nameOf, stateOf, timeOf } from './look';
import { idsOf, refOf } from './ref';
import { baseOf } from './seen';
import type { MbsParts } from './settings';

/** Changes that are older are in everybody's cursor; a service of many years has tens of thousands of builds. */
const windowMs = 30 * 24 * 3_600_000;
const mostBuilds = 2000;

/** The modules of a release's base that changed within a month: a few pages, however many there are. */
export function mbsBase(parts: MbsParts): BaseLook {
  return {
    newest: async (release) => {
      const changed = await changedOf(parts, release);
      const submissions = await allSubmissions(parts);
      const newest = new Map<string, NewestBuild>();
      for (const one of groupsOf(changed).flatMap((builds) => listed(parts, builds, submissions))) {
        const known = newest.get(one.component);
        if (!known || (known.completedAt ?? '') < (one.completedAt ?? '')) newest.set(one.component, one);
      }
      return [...newest.values()].sort((a, b) => (a.component < b.component ? -1 : 1));
    },
    /** The service keeps what it gives up as `garbage`. */
    gone: async (release, builds) => {
      const changed = await changedOf(parts, release);
      const garbage = new Set(changed.filter(({ state }) => state === 'garbage').map(({ id }) => id));
      const from = (await parts.options.target(release))?.target ?? '';
      return builds
        .filter(({ ref }) => idsOf(ref).some((id) => garbage.has(id)))
        .map(({ ref, component, nvr }): Withdrawn => ({ ref, component, nvr, how: 'deleted', from, by: null }));
    },
  };
}

async function changedOf(parts: MbsParts, release: string): Promise<readonly ModuleBuild[]> {
  const target = await parts.options.target(release);
  if (target === null) return [];
  const modified_after = new Date(Date.now() - windowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const builds = await parts.mbs.builds({ ...baseOf(target.target), modified_after }, mostBuilds, 'plain');
  return builds.filter(({ scratch }) => scratch !== true);
}

/** All stream expansions of a submission are one build; one that is not whole here is left out. */
function groupsOf(builds: readonly ModuleBuild[]): readonly (readonly ModuleBuild[])[] {
  const byId = new Map(builds.map((one) => [one.id, one]));
  const groups = new Map<string, readonly ModuleBuild[]>();
  for (const one of builds) {
    const ids = [one.id, ...(one.siblings ?? [])];
    const group = ids.flatMap((id) => byId.get(id) ?? []);
    if (group.length === ids.length) groups.set(refOf(ids), group);
  }
  return [...groups.values()];
}

function listed(
  { options }: MbsParts,
  builds: readonly ModuleBuild[],
  submissions: readonly Submission[],
): readonly NewestBuild[] {
  const [first] = builds;
  const nvr = nameOf(builds);
  if (!first || nvr === null || stateOf(builds, options.completeAt) !== 'complete') return [];
  const ours = submissions.filter((one) => one.ref && idsOf(one.ref).includes(first.id)).at(-1);
  const ref = ours?.ref ?? refOf(builds.map(({ id }) => id));
  return [{ component: `module/${first.name}:${first.stream}`, ref, nvr, completedAt: timeOf(endedAt(builds)) }];
}
