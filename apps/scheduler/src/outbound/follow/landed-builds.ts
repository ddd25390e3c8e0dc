import type { FollowedBuild } from '../../domain/follow/follow-input';
import type { Outside } from '../outside';

/** Rows that are read at one time: others are served in between. */
const page = 1000;

/** What a cascade has landed: its validated builds, of each component the newest, never a bootstrap. */
export async function landedBuilds(read: Outside['read'], cascade: string): Promise<readonly FollowedBuild[]> {
  const found = new Map<string, FollowedBuild & { readonly generation: number }>();
  for (let from = ''; ;) {
    const rows = await read.rebuilds.where(
      { cascade, state: 'validated', id: { from } },
      { orderBy: 'id', limit: page },
    );
    for (const { component, nvr, source, generation, bootstrap } of rows) {
      const known = found.get(component);
      if (!bootstrap && (!known || known.generation <= generation)) {
        found.set(component, { component, nvr, source, generation });
      }
    }
    const last = rows.at(-1)?.id;
    if (rows.length < page || last === undefined || last === from) break;
    from = last;
  }
  return [...found.values()].map(({ component, nvr, source }) => ({ component, nvr, source }));
}
