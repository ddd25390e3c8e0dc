import { byId, type Readers } from '@millrace/store';
import { liveOf } from '../domain/live';
import { sideTagId } from '../domain/side-tags/rows';
import type { SideTagInput } from '../domain/side-tags/side-tag-input';
import type { State } from '../domain/state';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;

/** The rows of what is done with side tags, and of what happened to them. */
export async function ofSideTag(read: Read, input: SideTagInput): Promise<Partial<State>> {
  const { release } = input;
  const named = async (tags: readonly string[], cascades: readonly string[], builds: readonly string[] = []) => ({
    sideTags: byId(await read.sideTags.getMany(tags.map((tag) => sideTagId(release, tag)))),
    cascades: byId(await read.cascades.getMany(cascades)),
    builds: byId(await read.builds.getMany(builds)),
  });
  switch (input.type) {
    case 'sidetag.adopt':
    case 'sidetag.restored':
      return named([input.tag], [input.cascade]);
    case 'sidetag.adopted': {
      const builds = input.builds.map((one) => one.ref);
      return named([input.tag], [input.cascade], builds);
    }
    case 'sidetag.removed':
      return named([input.tag], []);
    case 'sidetag.clean':
      return named(
        input.tags.map((one) => one.tag),
        [],
      );
    case 'sidetag.pinned': {
      const { cascade } = input;
      return { ...(await named([], [cascade])), baseMoves: byId(await read.baseMoves.get(cascade)) };
    }
    case 'sidetag.seen':
      return ofNews(read, input);
  }
}

async function ofNews(read: Read, input: Extract<SideTagInput, { readonly type: 'sidetag.seen' }>) {
  const row = await read.releases.get(input.release);
  const live = row ? liveOf(row) : [];
  const component = [...new Set(input.moved.map((one) => one.component))];
  const tags = input.gone.map((one) => sideTagId(input.release, one.tag));
  const ids = [...new Set([...live, ...input.gone.map((one) => one.cascade)])];
  const meant = component.length > 0 && live.length > 0;
  return {
    sideTags: byId(await read.sideTags.getMany(tags)),
    cascades: byId(await read.cascades.getMany(ids)),
    baseMoves: byId(await read.baseMoves.getMany(live)),
    rebuilds: byId(meant ? await read.rebuilds.where({ cascade: [...live], component }) : []),
  };
}
