import type { ReleaseDefinition } from '@millrace/contracts';
import { isRefusal, parseComponentId, type ComponentId } from '@millrace/kernel';
import type { ChangedComponent } from '../domain/change-rows';
import type { RebuildRow, ReleaseRow } from '../domain/state';
import { componentOfId } from '../domain/words';
import { gitSourceOf } from './git-source';
import type { Outside } from './outside';
import { isBumped, type Bumps } from './rebuild-source';

type Read = Outside['read'];

/** Components of a change whose new commit is a bump of ours: they start nothing in their own release. */
export async function ownCommits(
  read: Read,
  { git }: Bumps,
  { id, definition }: ReleaseRow,
  components: readonly ChangedComponent[],
  signal: AbortSignal,
): Promise<readonly { readonly component: ComponentId; readonly because: string }[]> {
  const own: { component: ComponentId; because: string }[] = [];
  for (const { component, source } of components) {
    const place = gitSourceOf(definition, component);
    if (source?.kind !== 'git' || !place || !isBumped(definition, component)) continue;
    const commit = await git.commit(place, source.commit, signal);
    if (isRefusal(commit) || commit.marker === null) continue;
    const rebuild = await read.rebuilds.get(commit.marker);
    // Unknown: our database was set back to before it.
    const ours = rebuild ? rebuild.release === id && rebuild.component === component : isOf(commit.marker, component);
    if (!ours || (rebuild && waitedForMerge(definition, rebuild))) continue;
    own.push({
      component,
      because: `commit ${source.commit.slice(0, 8)} of ${component} is our own bump for ${cascadeOf(commit.marker)}`,
    });
  }
  return own;
}

/** A bump that people merged is what its rebuild waited for: it is built as any fix of what failed. */
function waitedForMerge({ sources }: ReleaseDefinition, { component, state, source }: RebuildRow): boolean {
  const { type } = parseComponentId(component);
  const { push } = sources[type as keyof typeof sources] ?? {};
  return push === 'pull-request' && state === 'failed' && source === null;
}

function isOf(marker: string, component: ComponentId): boolean {
  return componentOfId(marker) === component;
}

function cascadeOf(marker: string): string {
  return marker.slice(0, marker.indexOf('/'));
}
