import type { Hanging } from '../alerts';
import type { Turn } from '../turn';
import { clip } from '../words';
import type { SideTagRow } from './rows';

/**
 * Side tags that somebody deleted under a cascade that has no other yet: nothing of it can be built. It is a part of the
 * build system that is down. The slice holds the side tags of the release's live cascades.
 */
export function goneSideTags(turn: Turn, release: string): Hanging[] {
  const rows = turn.all('sideTags').filter((row) => row.release === release);
  return rows.filter((row) => row.state === 'deleted' && !isReplaced(row, rows) && isLive(turn, row)).map(hangingOf);
}

function isReplaced({ cascade, at }: SideTagRow, rows: readonly SideTagRow[]): boolean {
  return rows.some((row) => row.cascade === cascade && row.state === 'adopted' && row.at >= at);
}

function isLive(turn: Turn, { cascade: id }: SideTagRow): boolean {
  const state = (id === null ? undefined : turn.find('cascades', id))?.state;
  return state !== undefined && state !== 'completed' && state !== 'cancelled';
}

function hangingOf({ tag, system, cascade, by, failed, problem, remedy, at }: SideTagRow): Hanging {
  const trouble = failed && problem ? `; it could not be made anew: ${problem}` : '';
  return {
    ...{ kind: 'build-system-down', subject: `${system}/${tag}`, since: at },
    text: clip(
      `side tag ${tag} of cascade ${cascade} in ${system} was deleted by ${by}: nothing is built there${trouble}`,
      1000,
    ),
    remedy:
      remedy ??
      `it is made anew by itself; or give the cascade another: millrace sidetag adopt TAG --cascade ${cascade}`,
  };
}
