import { isRefusal, refuse, type Refusal } from '@millrace/kernel';
import type { Commit, Remote } from '../remote';
import { remoteFault } from './faults';
import { commitsOf, fetchBranch, isIn, type Repository } from './repository';
import { addressOf } from './configuration';
import { isCommit, unknownCommit } from './unbuilt';

/** A commit of a branch. */
export interface CommitAt {
  readonly remote: Remote;
  readonly commit: string;
}

/**
 * What a commit has that another has not. `behind`: nothing. `bumped`: only bumps of ours. `ahead`: commits that the
 * other's branch has too. `apart`: commits of its own.
 */
export interface Relation {
  readonly how: 'behind' | 'bumped' | 'ahead' | 'apart';
  /** Those commits, newest first; empty for `behind`, and for `apart` where its own branch does not have it either. */
  readonly commits: readonly Commit[];
}

const hereRef = 'refs/millrace/here';
const mostTold = 1000;

/** How a commit of one branch stands to one of another; the branches may be of two repositories with a common history. */
export async function relationIn(there: Repository, commit: string, here: CommitAt): Promise<Relation | Refusal> {
  if (!isCommit(commit)) return unknownCommit(there, commit);
  if (!isCommit(here.commit)) return unknownCommit({ ...there, remote: here.remote }, here.commit);
  const head = await fetchBranch(there, there.remote.branch, async (tip) => {
    return (await isIn(there, here.commit, tip)) && isIn(there, commit, tip);
  });
  if (!(await isIn(there, commit, head))) return unknownCommit(there, commit);
  if (await isIn(there, here.commit, commit)) return { how: 'behind', commits: [] };
  const isThere = await isIn(there, here.commit, head);
  if (!isThere) {
    const fetched = await fetchHere(there, here);
    if (isRefusal(fetched)) return fetched;
    if (!(await isIn(there, here.commit, hereRef))) return { how: 'apart', commits: [] };
  }
  const commits = await commitsOf(there, here.commit, commit, mostTold);
  if (commits.length < mostTold && commits.every((one) => one.marker !== null)) return { how: 'bumped', commits };
  return { how: isThere ? 'ahead' : 'apart', commits };
}

/** The whole branch of another repository, beside what is there. */
async function fetchHere(repository: Repository, { remote }: CommitAt): Promise<Refusal | null> {
  const url = addressOf(remote.url);
  const refs = ['--', url, `+refs/heads/${remote.branch}:${hereRef}`];
  const answer = await repository.git({ args: ['fetch', '--quiet', '--no-tags', '--no-auto-gc', ...refs] });
  if (answer.code === 0) return null;
  const fault = remoteFault({ ...remote, url }, answer);
  if (fault.kind !== 'missing') throw fault;
  return refuse(fault.code, fault.message, fault.remedy ?? 'look at sources in the release definition', 'missing');
}
