import { doors } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import { findMembers } from '../domain/sets/find-members';
import { isSearched, type FoundSet, type WantedSet } from '../domain/sets/wanted-set';
import type { ReleaseRow } from '../domain/state';
import { isElsewhere } from './local';
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
    built: knows ? await newestOf(read, release, wanted.since ?? null) : new Map(),
  });
}

type Newest = ReadonlyMap<ComponentId, { readonly nvr: string; readonly at: Moment | null }>;

/** What the release has of each component: validated, there when it was adopted, or tagged by people since. */
async function newestOf(
  read: Outside['read'],
  { id: release, definition }: ReleaseRow,
  since: string | null,
): Promise<Newest> {
  const found = new Map<ComponentId, { nvr: string; at: Moment | null }>();
  const keep = (component: ComponentId, nvr: string, at: Moment | null): void => {
    const known = found.get(component);
    if (!known || (at !== null && (known.at === null || known.at < at))) found.set(component, { nvr, at });
  };
  for (const row of await read.adopted.where({ release })) keep(row.component, row.nvr, row.completedAt);
  for (const row of await read.validated.where({ release })) keep(row.component, row.nvr, row.at ?? null);
  const from = since === null ? null : new Date(since).toISOString();
  const builds = from === null ? [] : await read.builds.where({ release, started_at: { from } });
  for (const { component, nvr, origin, state, bootstrap, endedAt } of builds) {
    const counts = origin === 'hand' && state === 'complete' && !bootstrap && isElsewhere(definition, component);
    if (counts && nvr !== null) keep(component, nvr, endedAt);
  }
  return found;
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
