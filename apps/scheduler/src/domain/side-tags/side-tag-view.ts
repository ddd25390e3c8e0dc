import type { SideTag, SideTagState } from '@millrace/contracts';
import { msBetween, type Moment } from '@millrace/kernel';
import type { CascadeRow } from '../state';
import { listed } from '../words';
import type { SideTagRow } from './rows';

/** What is known of it here. */
export interface TagScene {
  readonly cascade: CascadeRow | undefined;
  readonly row: SideTagRow | undefined;
  /** The cascade has not ended. */
  readonly live: boolean;
  readonly at: Moment;
}

/** What a side tag is, whether anybody needs it, and what `millrace sidetag clean` would do with it. */
export function sideTagView(held: SideTag, scene: TagScene) {
  const state = stateOf(held, scene);
  const orphan = held.own && held.there && isNeedless(state);
  const hindered = scene.row && scene.row.state !== 'removed' ? scene.row.problem : null;
  return {
    ...{ release: held.release, cascade: held.cascade, tag: held.tag, state, builds: held.builds },
    age: held.createdAt === null ? null : Math.max(0, Math.round(msBetween(held.createdAt, scene.at) / 1000)),
    ...{ owner: held.owner, orphan, removable: orphan && held.unlanded.length === 0, adopted: held.adopted },
    ...{ base: held.base, createdAt: held.createdAt, unlanded: [...held.unlanded] },
    because: hindered ?? wordsOf(state, held),
    remedy: hindered === null ? remedyOf(state, held, orphan) : (scene.row?.remedy ?? null),
  };
}

function stateOf({ use, there, closed, own }: SideTag, { cascade, live }: TagScene): SideTagState {
  if (use === 'none') return own ? 'unclaimed' : 'foreign';
  if (!there) return 'deleted';
  if (use === 'former') return 'former';
  // The build system's own book may be behind: what the cascade says counts.
  if (live) return use === 'beside' ? 'beside' : 'open';
  if (!cascade) return 'unclaimed';
  if (cascade.state === 'cancelled') return 'cancelled';
  return cascade.landed || closed === 'landed' ? 'landed' : 'kept';
}

/** What is kept waits for somebody to land it. */
function isNeedless(state: SideTagState): boolean {
  return state === 'landed' || state === 'cancelled' || state === 'former' || state === 'unclaimed';
}

function wordsOf(state: SideTagState, { cascade, unlanded, owner, adopted }: SideTag): string {
  const left = unlanded.length > 0 ? `; ${listed(unlanded, 3)} did not land` : '';
  switch (state) {
    case 'open':
      return `cascade ${cascade} builds there${adopted ? `; ${owner ?? 'somebody'} made it` : ''}`;
    case 'beside':
      return `a build of cascade ${cascade} with macros of its own`;
    case 'kept':
      return `cascade ${cascade} is complete and has not landed${left}`;
    case 'landed':
      return `cascade ${cascade} has landed${left}`;
    case 'cancelled':
      return `cascade ${cascade} was given up${left}`;
    case 'deleted':
      return `somebody deleted it under cascade ${cascade}`;
    case 'former':
      return `cascade ${cascade} builds elsewhere now${left}`;
    case 'unclaimed':
      return `no cascade here knows of it${left}`;
    case 'foreign':
      return `${owner ?? 'somebody'}'s own`;
  }
}

function remedyOf(state: SideTagState, { tag, cascade, release, unlanded }: SideTag, orphan: boolean): string | null {
  if (state === 'deleted') return `millrace sidetag adopt TAG --cascade ${cascade}`;
  if (state === 'kept') return `millrace cascade land ${cascade}`;
  if (state === 'foreign') return `millrace sidetag adopt ${tag} --cascade CASCADE`;
  if (!orphan) return null;
  return `millrace sidetag clean --release ${release}${unlanded.length > 0 ? ' --unlanded' : ''}`;
}
