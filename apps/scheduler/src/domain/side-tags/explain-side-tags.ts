import type { BaseMovesRow, SeenMove, SideTagRow } from './rows';

/** Moves that are told one by one. */
const mostTold = 5;

/** What happened to a cascade's side tag, and what came into the base below it, for people. */
export function sideTagLines(rows: readonly SideTagRow[], moves: BaseMovesRow | undefined): readonly string[] {
  const told = [...rows].sort((a, b) => (a.at < b.at ? -1 : 1)).flatMap(lineOf);
  if (!moves || moves.count === 0) return told;
  const newest = moves.moves.slice(-mostTold).map(moveWords);
  const left = moves.count - newest.length;
  const more = left > 0 ? ` and ${left} more before` : '';
  return [...told, `The base moved meanwhile: ${newest.join('; ')}${more}.`];
}

function lineOf(row: SideTagRow): readonly string[] {
  const { tag, state, by, problem, remedy, why } = row;
  if (problem !== null) return [`Side tag ${tag}: ${problem}${remedy === null ? '' : ` (${remedy})`}.`];
  switch (state) {
    case 'adopting':
      return [`${by} wants it to be built in side tag ${tag}${why === '' ? '' : `: ${why}`}.`];
    case 'adopted':
      return [`It is built in side tag ${tag}, which ${by} gave it${why === '' ? '' : `: ${why}`}.`];
    case 'restored':
      return [`Its side tag was made anew: ${why}.`];
    case 'deleted':
      return [`${by} deleted its side tag ${tag}.`];
    case 'removing':
    case 'removed':
    case 'seen':
      return [];
  }
}

function moveWords({ nvr, was, by, effect }: SeenMove): string {
  const whom = by === null ? '' : ` by ${by}`;
  const came = was === null ? `${nvr} came${whom}` : `${nvr} came${whom} in the place of ${was}`;
  switch (effect) {
    case 'follow':
      return `${came}, and it is built with that`;
    case 'pin':
      return `${came}; it is built with ${was} all the same`;
    case 'own':
      return `${came}; it has a rebuild of its own`;
  }
}
