import { doors } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { findMembers } from '../domain/sets/find-members';
import { isSearched, type FoundSet, type WantedSet } from '../domain/sets/wanted-set';
import type { ReleaseRow } from '../domain/state';
import { releaseNamed, type Outside } from './outside';

type Asking = Pick<Outside, 'read' | 'asker'>;

/** Puts a set together: asks the graph what there is, and the database what is validated. Stores nothing. */
export async function setFound({ read, asker }: Asking, name: string, wanted: WantedSet): Promise<FoundSet> {
  const release = await releaseNamed(read, name);
  const searched = isSearched(wanted);
  const knows = searched || wanted.since !== undefined;
  return findMembers(wanted, {
    definition: release.definition,
    components: searched ? await buildable(asker, release.id) : [],
    dependants: await dependantsOf(asker, release, wanted.query?.depends_on ?? []),
    validated: knows
      ? new Map((await read.validated.where({ release: release.id })).map((row) => [row.component, row]))
      : new Map(),
  });
}

async function buildable(asker: Asking['asker'], release: string): Promise<readonly ComponentId[]> {
  const { components } = await asker.ask(doors.resolver.graph, { release });
  return components.filter((one) => !one.external).map((one) => one.component);
}

async function dependantsOf(
  asker: Asking['asker'],
  { id: release }: ReleaseRow,
  named: readonly ComponentId[],
): Promise<ReadonlySet<ComponentId>> {
  const all = new Set<ComponentId>();
  for (const component of named) {
    const { found } = await asker.ask(doors.resolver.dependants, { release, component, limit: 100_000 });
    for (const one of found) all.add(one.component);
  }
  return all;
}
