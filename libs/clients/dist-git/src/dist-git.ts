import { AppError, isRefusal, type Refusal } from '@millrace/kernel';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bumpOn, type BumpOrder, type Bumped } from './bump';
import { remoteFault } from './git/faults';
import {
  askRemote,
  commitsOf,
  fetchBranch,
  isIn,
  withRepository,
  type Repository,
  type RepositorySettings,
} from './git/repository';
import { relationIn, type CommitAt, type Relation } from './git/relation';
import { readSpecFile, type SpecFile } from './git/spec-file';
import { isCommit, unbuiltAt, unbuiltIn, unknownCommit } from './git/unbuilt';
import type { Commit, Remote, Survey, Unbuilt } from './remote';
import { access, type Access } from './schema';

interface DistGitOptions {
  /** A folder of this process alone: what a process before it left there is removed at the first use. */
  readonly work: string;
  /** Who commits. */
  readonly author: { readonly name: string; readonly mail: string };
  readonly access?: Access;
  /** For one call of git, in milliseconds; default 120 000. */
  readonly timeoutMs?: number;
  /** Largest file that git may write, in bytes; default 512 MiB. */
  readonly largestFile?: number;
}

export type { BumpOrder, Bumped, Edit } from './bump';

/**
 * Packages' sources in git. Every call may throw an AppError: `dist-git-unknown` (missing), `dist-git-forbidden`
 * (forbidden), `dist-git-address` (invalid), `dist-git-unreachable`, `git-too-slow`, `git-missing` (unavailable).
 */
export interface DistGit {
  /** The commit at the head of the branch. */
  head(remote: Remote, signal?: AbortSignal): Promise<string>;
  /** The spec file at a commit of the branch (its head when left out); refuses `spec-missing`, `commit-unknown`. */
  spec(remote: Remote, commit?: string, signal?: AbortSignal): Promise<SpecFile | Refusal>;
  /** What a commit of the branch says of itself; refuses `commit-unknown`. */
  commit(remote: Remote, id: string, signal?: AbortSignal): Promise<Commit | Refusal>;
  /** What the branch has beyond the commit that was built last; refuses `dist-git-diverged` when that is not in it. */
  unbuilt(remote: Remote, lastBuilt: string, signal?: AbortSignal): Promise<Unbuilt | Refusal>;
  /** What a bump would find now, by one fetch: the head, its spec, and what of it was never built. Writes nothing. */
  survey(remote: Remote, lastBuilt: string | null, signal?: AbortSignal): Promise<Survey>;
  /** What a commit of one branch has that one of another has not; refuses `commit-unknown`, `dist-git-unknown`. */
  relation(there: CommitAt, here: CommitAt, signal?: AbortSignal): Promise<Relation | Refusal>;
  /**
   * Makes the bump of a rebuild, once: a commit with its marker that is there already is the answer. Refuses what
   * `edit` refuses, `spec-missing`, `head-never-built`, `dist-git-diverged`, `push-refused`, `pull-request-closed`.
   */
  bump(order: BumpOrder, signal?: AbortSignal): Promise<Bumped | Refusal>;
}

export function createDistGit(options: DistGitOptions): DistGit {
  const settings: RepositorySettings = {
    work: options.work,
    access: options.access ?? access.parse({}),
    timeoutMs: options.timeoutMs ?? 120_000,
    largestFile: options.largestFile ?? 512 * 1024 * 1024,
  };
  let swept: Promise<void> | null = null;
  const within = async <Value>(
    remote: Remote,
    signal: AbortSignal | undefined,
    use: (repository: Repository) => Promise<Value>,
  ): Promise<Value> => {
    await (swept ??= sweep(settings.work));
    return withRepository(settings, remote, signal, use);
  };
  return {
    head: async (remote, signal) => {
      await (swept ??= sweep(settings.work));
      return headOf(settings, remote, signal);
    },
    spec: (remote, commit, signal) => within(remote, signal, (repository) => specAt(repository, commit ?? null)),
    commit: (remote, id, signal) => within(remote, signal, (repository) => commitAt(repository, id)),
    unbuilt: (remote, lastBuilt, signal) => within(remote, signal, (repository) => unbuiltIn(repository, lastBuilt)),
    survey: (remote, lastBuilt, signal) => within(remote, signal, (repository) => surveyOf(repository, lastBuilt)),
    relation: (there, here, signal) =>
      within(there.remote, signal, (repository) => relationIn(repository, there.commit, here)),
    bump: (order, signal) => within(order.remote, signal, (repository) => bumpOn(repository, order, options.author)),
  };
}

async function sweep(work: string): Promise<void> {
  const left = (await readdir(work).catch(() => [])).filter((name) => name.startsWith('git-'));
  await Promise.all(left.map((name) => rm(join(work, name), { recursive: true, force: true })));
}

async function headOf(settings: RepositorySettings, remote: Remote, signal?: AbortSignal): Promise<string> {
  const answer = await askRemote(settings, remote, signal, (url) => {
    return { args: ['ls-remote', '--', url, `refs/heads/${remote.branch}`] };
  });
  const commit = /^([0-9a-f]{40,64})\t/.exec(answer.output)?.[1];
  if (answer.code === 0 && commit) return commit;
  if (answer.code !== 0) throw remoteFault(remote, answer);
  throw new AppError({
    code: 'dist-git-unknown',
    kind: 'missing',
    message: `${remote.url} has no branch ${remote.branch}`,
    remedy: 'make the branch, or name another under sources in the release definition',
  });
}

async function surveyOf(repository: Repository, lastBuilt: string | null): Promise<Survey> {
  const known = lastBuilt !== null && isCommit(lastBuilt) ? lastBuilt : null;
  const enough = (tip: string): Promise<boolean> =>
    known === null ? Promise.resolve(true) : isIn(repository, known, tip);
  const head = await fetchBranch(repository, repository.remote.branch, enough);
  const spec = await readSpecFile(repository, head);
  return { head, spec, unbuilt: known === null ? null : await unbuiltAt(repository, head, known) };
}

/** Fetches the branch until the commit is in it. */
async function branchWith(repository: Repository, commit: string): Promise<string | Refusal> {
  if (!isCommit(commit)) return unknownCommit(repository, commit);
  const head = await fetchBranch(repository, repository.remote.branch, (tip) => isIn(repository, commit, tip));
  return (await isIn(repository, commit, head)) ? head : unknownCommit(repository, commit);
}

async function commitAt(repository: Repository, id: string): Promise<Commit | Refusal> {
  const head = await branchWith(repository, id);
  if (isRefusal(head)) return head;
  const [commit] = await commitsOf(repository, id, null, 1);
  return commit ?? unknownCommit(repository, id);
}

async function specAt(repository: Repository, commit: string | null): Promise<SpecFile | Refusal> {
  if (commit === null) {
    return readSpecFile(
      repository,
      await fetchBranch(repository, repository.remote.branch, () => Promise.resolve(true)),
    );
  }
  const head = await branchWith(repository, commit);
  return isRefusal(head) ? head : readSpecFile(repository, commit);
}
