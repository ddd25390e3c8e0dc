import type { ReleaseDefinition } from '@millrace/contracts';
import { detected } from '../changes';
import type { Turn } from '../turn';
import { clip, commitOf } from '../words';
import type { FollowOrder, Landing, MappedBuild } from './follow-input';
import { mapped } from './mapping';
import type { BuildHere, Standing } from './standing';

/** What was taken back before it began here starts no more. The slice holds the changes that wait. */
export function dropWaiting(turn: Turn, { release, follow }: ReleaseDefinition, landing: Landing): void {
  const entry = follow?.find((one) => one.release === landing.of);
  const gone = new Map(
    (entry ? (mapped(entry, landing.builds)?.builds ?? []) : []).map((one) => [one.here, goneCommit(one)]),
  );
  for (const change of turn.all('changes')) {
    if (change.release !== release || change.outcome !== 'waits' || change.follows?.release !== landing.of) continue;
    const isGone = (one: (typeof change.components)[number]): boolean =>
      gone.has(one.component) && commitOf(one.source) === gone.get(one.component);
    const away = change.components.filter(isGone);
    if (away.length === 0) continue;
    const dropped = away.map(({ component }) => {
      return {
        component,
        because: `${component}: ${landing.what} was taken back in ${landing.of} before it began here`,
      };
    });
    const row = {
      ...change,
      components: change.components.filter((one) => !isGone(one)),
      dropped: [...(change.dropped ?? []), ...dropped],
    };
    const because = clip(dropped.map((one) => one.because).join('; '), 500);
    if (row.components.length > 0) detected(turn, row);
    else detected(turn, { ...row, outcome: 'ignored', waitsFor: null, until: null, because });
  }
}

/** Why nothing becomes of it here when a build was taken back there; null: what that release has again is built here. */
export function leftOutUndone(
  { release, undone }: Pick<FollowOrder, 'release' | 'undone'>,
  build: MappedBuild,
  here: BuildHere | null,
  standing: Standing,
): string | null {
  const what = build.gone?.nvr ?? build.component;
  const took = `${build.here}: ${release} took ${what} back`;
  if (!here) return `${took}; nothing of it is here`;
  const commit = goneCommit(build);
  const isOf = commit !== null && (here.commit === commit || standing === 'bumped');
  if (!isOf) return `${took}; ${here.name}, the newest here, is not made from it, and stays`;
  const older = commitOf(build.source);
  const insist =
    older === null ? '' : `; to build what ${release} has again: millrace change ${build.here} --commit ${older}`;
  if (undone === 'leave') return `${took}; ${here.name} stays here (follow.when_reverted: leave)${insist}`;
  if (older === null) return `${took} and has no other build of it that tells a commit; ${here.name} stays here`;
  return null;
}

function goneCommit({ gone }: MappedBuild): string | null {
  return commitOf(gone?.source ?? null);
}
