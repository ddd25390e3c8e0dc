import { refuse, type Refusal } from '@millrace/kernel';
import type { Commit, Remote, Unbuilt } from '../remote';
import { commitsOf, fetchBranch, isIn, type Repository } from './repository';

export async function unbuiltIn(repository: Repository, lastBuilt: string): Promise<Unbuilt | Refusal> {
  const { branch } = repository.remote;
  if (!isCommit(lastBuilt)) return unknownCommit(repository, lastBuilt);
  const head = await fetchBranch(repository, branch, (tip) => isIn(repository, lastBuilt, tip));
  return unbuiltAt(repository, head, lastBuilt);
}

/** What the branch has beyond the commit that was built last, of what has been fetched. */
export async function unbuiltAt(repository: Repository, head: string, lastBuilt: string): Promise<Unbuilt | Refusal> {
  const { remote } = repository;
  if (await isIn(repository, lastBuilt, head)) return { head, commits: await commitsOf(repository, head, lastBuilt) };
  return refuse(
    'dist-git-diverged',
    `${remote.branch} of ${remote.url} does not contain ${lastBuilt.slice(0, 12)}, which was built last: its history was replaced`,
    'build its head by hand once, or bring the lost commits back',
    'conflict',
  );
}

export function unknownCommit({ remote }: Repository, commit: string): Refusal {
  return refuse(
    'commit-unknown',
    `${remote.branch} of ${remote.url} has no commit ${JSON.stringify(commit.slice(0, 64))}`,
    'give the full hash of a commit of this branch',
    'missing',
  );
}

export function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);
}

/** The refusal that names commits which no build was made from. */
export function neverBuilt(remote: Remote, commits: readonly Commit[]): Refusal {
  const few = commits.slice(0, 10).map(({ id, subject }) => `${id.slice(0, 12)} ${subject}`);
  const more = commits.length > few.length ? `; and ${commits.length - few.length} more` : '';
  return refuse(
    'head-never-built',
    `${remote.branch} of ${remote.url} has ${commits.length} commits that were never built: ${few.join('; ')}${more}`,
    'build them by hand first, or let the rebuild take them along, or leave this component out',
    'conflict',
  );
}
