import { doors } from '@millrace/contracts';
import { AppError, type ComponentId } from '@millrace/kernel';
import type { ReleaseRow } from '../domain/state';
import { gitSourceOf, sourcesAt } from './git-source';
import { releaseNamed, type Outside } from './outside';

interface Found {
  readonly component: ComponentId;
  readonly url: string;
  readonly branch: string;
}

type Hint = { readonly component: string; readonly hint: string };

/**
 * The components of a release whose source has one of these addresses. Whether the graph knows them is asked too; while
 * it cannot be asked they pass for known, since the change is checked once more.
 */
export async function trackedAt(
  { read, asker }: Pick<Outside, 'read' | 'asker'>,
  name: string,
  addresses: readonly string[],
): Promise<{ readonly sources: readonly Found[]; readonly unknown: readonly Hint[] }> {
  const release = await releaseNamed(read, name);
  const named = addresses.slice(0, 10).flatMap((address) => sourcesAt(release.definition, address));
  const candidates = [...new Map(named.map((one) => [one.component, one])).values()];
  if (candidates.length === 0) return { sources: [], unknown: [] };
  const found = candidates.map((one) => ({ ...one, url: gitSourceOf(release.definition, one.component)!.url }));
  try {
    return await knownOf(asker, release, found);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.kind === 'unavailable') return { sources: found, unknown: [] };
    throw thrown;
  }
}

async function knownOf(asker: Outside['asker'], release: ReleaseRow, found: readonly Found[]) {
  const members = found.map((one) => one.component);
  const { unknown } = await asker.ask(doors.resolver.impact, { release: release.id, members });
  const strange = new Set(unknown.map((one) => one.component));
  const known = found.filter((one) => !strange.has(one.component));
  const streamed = strange.size > 0 ? await streamsOf(asker, release, found) : [];
  return { sources: [...known, ...streamed], unknown: known.length + streamed.length > 0 ? [] : unknown };
}

/** A repository may hold several streams of a component; its address names none. */
async function streamsOf(asker: Outside['asker'], release: ReleaseRow, found: readonly Found[]): Promise<Found[]> {
  const streamed = found.filter((one) => !one.component.startsWith('rpm/'));
  if (streamed.length === 0) return [];
  const { components } = await asker.ask(doors.resolver.graph, { release: release.id });
  return streamed.flatMap((one) => {
    const streams = components.filter(({ component }) => component.startsWith(`${one.component}:`));
    return streams.map(({ component }) => ({ ...one, component }));
  });
}
