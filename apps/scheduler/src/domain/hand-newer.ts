import { unstall } from './advance';
import { extend } from './compare';
import { doneShare } from './fold';
import { unprovenInput, type HandBuild } from './proof';
import type { RebuildRow } from './state';
import { termsOf } from './terms';
import type { Turn } from './turn';
import { clip, handCommand } from './words';

/**
 * Somebody built by hand what this cascade has validated already, and later: a fix of what came into doubt, or a second
 * one. What is validated never changes back; where the policy of folding allows it, the new build takes its place as the
 * next generation, and what was built on the old one is built once more. Gives what becomes of it, in words.
 */
export function takeNewer(turn: Turn, rebuild: RebuildRow, build: HandBuild, name: string): string {
  const { component, cascade: id } = rebuild;
  const why = hindrance(turn, rebuild, build);
  if (why !== null) return clip(`${component} is validated in cascade ${id} already, and ${why}`, 1000);
  const because = clip(`${name} was built by hand after ${rebuild.nvr ?? 'the build that is validated'}`, 500);
  extend(turn, id, [{ component, because, again: true, build: name }]);
  unstall(turn, id, `${component}: ${because}`);
  return `it is newer than ${rebuild.nvr ?? rebuild.build}: it takes its place as generation ${rebuild.generation + 1}`;
}

/** Why the build that is validated stays; null: it does not. */
function hindrance(turn: Turn, rebuild: RebuildRow, { state, bootstrap, endedAt, contents }: HandBuild): string | null {
  if (state !== 'complete' || !contents || bootstrap) return 'this one cannot take its place';
  const current = rebuild.build === null ? undefined : turn.find('builds', rebuild.build);
  if (!current?.endedAt || !endedAt || endedAt <= current.endedAt) return `${rebuild.nvr ?? 'that build'} is newer`;
  const unproven = unprovenInput(turn, rebuild, contents);
  if (unproven !== null) return `${unproven}; build it against the cascade: ${handCommand(turn, rebuild)}`;
  const passes = turn.all('rebuilds').filter((row) => row.cascade === rebuild.cascade && row.pass !== rebuild.pass);
  if (passes.some((row) => row.component === rebuild.component)) return 'it is built in two passes';
  return notFolded(turn, rebuild);
}

function notFolded(turn: Turn, { cascade: id, component, generation, doubtful }: RebuildRow): string | null {
  const cascade = turn.row('cascades', id);
  const { generations, until } = termsOf(turn, cascade).folding;
  if (cascade.closing) return 'the cascade is about to end';
  if (generation >= generations) return `${component} is in its generation ${generation} of at most ${generations}`;
  // What is in doubt must be replaced, however much is done.
  if (!doubtful && doneShare(cascade) > until) return `more than ${Math.round(until * 100)} % of the cascade are done`;
  return null;
}
