import type { FollowedBuild } from '../../domain/follow/follow-input';
import type { Outside } from '../outside';

/** Rows that are read at one time: others are served in between. */
const page = 1000;

/** What a landing has brought into its release, of each component the newest: all that is validated and does not stay. */
export async function landedBuilds(
  read: Outside['read'],
  cascade: string,
  landing: string,
): Promise<readonly FollowedBuild[]> {
  const stay = new Set((await read.landing_steps.where({ landing, state: 'stays' })).map((step) => step.build));
  const found = new Map<string, FollowedBuild & { readonly generation: number }>();
  for (let from = ''; ;) {
    const validated = { cascade, state: 'validated', id: { from } };
    const rows = await read.rebuilds.where(validated, { orderBy: 'id', limit: page });
    for (const { component, nvr, source, generation, build, bootstrap } of rows) {
      const known = found.get(component);
      if (bootstrap || build === null || stay.has(build) || (known && known.generation > generation)) continue;
      found.set(component, { component, nvr, source, generation });
    }
    const last = rows.at(-1)?.id;
    if (rows.length < page || last === undefined || last === from) break;
    from = last;
  }
  return [...found.values()].map(({ component, nvr, source }) => ({ component, nvr, source }));
}
