import { commitOf } from '../words';
import type { MappedBuild } from './follow-input';

/** The newest build of a component in the release that follows. */
export interface BuildHere {
  readonly name: string;
  readonly origin: 'cascade' | 'hand';
  readonly commit: string | null;
}

/** How the commit that it was built from stands to the one that landed; null: nobody can say. */
export type Standing = 'behind' | 'bumped' | 'ahead' | 'apart' | null;

/** Must git be asked before a build is followed? */
export function needsStanding(build: MappedBuild, here: BuildHere | null): boolean {
  const commit = commitOf(build.source);
  return commit !== null && here !== null && here.commit !== null && here.commit !== commit;
}

/**
 * Why a build is not followed: a build that only this release has is never overwritten. null: it is rebuilt here.
 * `unread`: why git could not say how the commits stand.
 */
export function leftOutHere(
  release: string,
  build: MappedBuild,
  here: BuildHere | null,
  { standing, unread }: { readonly standing: Standing; readonly unread: string | null },
): string | null {
  const commit = commitOf(build.source);
  const isStack = build.here.startsWith('stack/');
  if (commit === null && !isStack) {
    const what = build.nvr ?? build.component;
    return `${build.here}: ${what} of ${release} tells no commit, so that the same cannot be built here`;
  }
  if (!here || isStack) return null;
  if (here.commit === commit) return `${build.here}: ${here.name} was built from commit ${commit!.slice(0, 8)} already`;
  const insist = `to build it all the same: millrace change ${build.here} --commit ${commit}`;
  if (here.commit === null) {
    if (here.origin === 'cascade') return null;
    return `${build.here}: ${here.name}, made by hand here, tells no commit: it may not be in ${release}; ${insist}`;
  }
  const from = `${here.name} was built from commit ${here.commit.slice(0, 8)}`;
  switch (standing) {
    case 'behind':
    case 'bumped':
      return null;
    case 'ahead':
      return `${build.here}: ${from}, which is newer than the one that landed in ${release}; ${insist}`;
    case 'apart':
      return `${build.here}: ${from}, which ${release} does not have: bring it there, or ${insist.slice(3)}`;
    case null: {
      const why = unread ?? 'no source says where to look';
      return `${build.here}: ${from}, and whether ${release} has it cannot be said: ${why}; ${insist}`;
    }
  }
}
