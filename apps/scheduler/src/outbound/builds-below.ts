import type { TableReader } from '@millrace/store';
import type { RebuildRow } from '../domain/state';
import { NumberSets } from './number-sets';

type Below = Pick<RebuildRow, 'id' | 'needs' | 'state' | 'build'>;

/** Names after which numbering begins anew. */
const mostNames = 200_000;

/**
 * The validated builds that a rebuild stands on. What a validated rebuild needed and gave never changes: where that
 * holds for all below it, too, they are kept as one set, so that a submission in a large cascade looks at the sets of
 * its needs and not at everything below.
 */
export class BuildsBelow {
  private sets: NumberSets;

  constructor(
    private readonly rebuilds: Pick<TableReader<RebuildRow>, 'getMany'>,
    private readonly most = 4000,
  ) {
    this.sets = new NumberSets(most);
  }

  /** Builds of everything in the cascade that the rebuild needs, directly or not, in the order of their names. */
  async of(rebuild: Pick<RebuildRow, 'needs'>): Promise<readonly string[]> {
    if (this.sets.size > mostNames) this.sets = new NumberSets(this.most);
    const { sets } = this;
    const walked = new Map<string, Below>();
    const settled = new Map<string, Uint32Array>();
    let level: readonly string[] = rebuild.needs;
    while (level.length > 0) {
      const unknown: string[] = [];
      for (const id of new Set(level)) {
        const set = settled.get(id) ?? sets.get(id);
        if (set) settled.set(id, set);
        else if (!walked.has(id)) unknown.push(id);
      }
      const rows = unknown.length === 0 ? [] : await this.rebuilds.getMany(unknown);
      for (const row of rows) walked.set(row.id, row);
      level = rows.flatMap((row) => row.needs);
    }
    return sets.names(collect(sets, [...walked.values()].reverse(), settled));
  }
}

/**
 * All that was walked, lowest first, and the sets where nothing had to be walked. Keeps the sets that are settled now.
 */
function collect(sets: NumberSets, walked: readonly Below[], settled: Map<string, Uint32Array>): Uint32Array {
  const validated = walked.filter((row) => row.state === 'validated');
  sets.number(validated.flatMap((row) => row.build ?? []));
  const all = sets.union([...settled.values()]);
  for (const { build } of validated) if (build) sets.add(all, build);
  for (const { id, needs, build } of validated) {
    const below = needs.flatMap((need) => settled.get(need) ?? []);
    if (below.length < needs.length) continue;
    const own = sets.union(below);
    if (build) sets.add(own, build);
    settled.set(id, own);
    sets.keep(id, own);
  }
  return all;
}
