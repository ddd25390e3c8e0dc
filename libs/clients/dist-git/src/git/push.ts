import { refuse, type Refusal } from '@millrace/kernel';
import { lastLine, remoteFault } from './faults';
import type { Repository } from './repository';

/** `stale`: somebody else was there before, or nobody knows; the branch has to be read again. */
export type Pushed = 'pushed' | 'stale';

/**
 * Pushes a commit to a branch, never with force: a branch that has moved stays as it is. Refuses `push-refused` when
 * the server does not let us.
 *
 * @throws AppError `dist-git-forbidden` (forbidden), `dist-git-unknown` (missing)
 */
export async function push(repository: Repository, commit: string, branch: string): Promise<Pushed | Refusal> {
  const to = `${commit}:refs/heads/${branch}`;
  const args = ['push', '--porcelain', '--no-verify', '--no-follow-tags', '--', repository.remote.url, to];
  const answer = await repository.git({ args });
  const said = /^(.)\t[^\t\n]+\t(.*)$/m.exec(answer.output);
  if (answer.code === 0 && said && said[1] !== '!') return 'pushed';
  if (said?.[1] === '!') return refusedOrStale(repository, branch, said[2]!, answer.problem);
  const fault = remoteFault(repository.remote, answer);
  if (fault.kind !== 'unavailable') throw fault;
  // Cut off in the middle: whether it was taken, only the branch can say.
  return 'stale';
}

function refusedOrStale({ remote }: Repository, branch: string, said: string, problem: string): Pushed | Refusal {
  if (said.startsWith('[rejected]')) return 'stale';
  if (
    /non-fast-forward|fetch first|lock ref|failed to (lock|update ref)|incorrect old value|shallow update/i.test(said)
  ) {
    return 'stale';
  }
  const hook = problem.split('\n').find((line) => /^remote: .*\S/.test(line));
  return refuse(
    'push-refused',
    `${remote.url} does not take a push to ${branch}: ${lastLine(hook ?? said)}`,
    'let our account push to this branch, or set push: pull-request in the release definition',
    'forbidden',
  );
}
