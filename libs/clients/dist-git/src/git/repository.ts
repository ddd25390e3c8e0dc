import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commit, Remote } from '../remote';
import { markerKey } from '../marker';
import type { Access } from '../schema';
import { addressOf, gitConfiguration } from './configuration';
import { brokenRepository, remoteFault } from './faults';
import { runGit, type GitAnswer, type GitCall, type GitRun } from './run-git';

export interface RepositorySettings {
  readonly work: string;
  readonly access: Access;
  readonly timeoutMs: number;
  readonly largestFile: number;
}

/** A bare repository for one piece of work on one remote; it is gone afterwards, whatever happens. */
export interface Repository {
  readonly remote: Remote;
  readonly folder: string;
  /** Any exit code. */
  git(call: GitCall): Promise<GitAnswer>;
  /** Exit code 0, or it is thrown. @throws AppError `dist-git-broken` (unavailable) */
  own(call: GitCall): Promise<string>;
}

export async function withRepository<Value>(
  { work, access, timeoutMs, largestFile }: RepositorySettings,
  remote: Remote,
  signal: AbortSignal | undefined,
  use: (repository: Repository) => Promise<Value>,
): Promise<Value> {
  const known = { ...remote, url: addressOf(remote.url) };
  await mkdir(work, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(work, 'git-'));
  try {
    const run: GitRun = {
      repository: join(folder, 'bare.git'),
      configuration: join(folder, 'git.conf'),
      ...{ timeoutMs, largestFile, signal },
    };
    await writeFile(run.configuration, gitConfiguration(access), { mode: 0o600 });
    const git = (call: GitCall): Promise<GitAnswer> => runGit(run, call);
    const own = async (call: GitCall): Promise<string> => {
      const answer = await git(call);
      if (answer.code === 0) return answer.output;
      throw brokenRepository(known, call.args[0]!, answer);
    };
    await own({ args: ['init', '--quiet', '--bare', '--template=', run.repository] });
    return await use({ remote: known, folder, git, own });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Asks a server without keeping anything of it: no repository is made for that.
 *
 * @throws AppError of `runGit`
 */
export async function askRemote(
  { work, access, timeoutMs, largestFile }: RepositorySettings,
  remote: Remote,
  signal: AbortSignal | undefined,
  call: (url: string) => GitCall,
): Promise<GitAnswer> {
  const configuration = join(work, `git-ask-${randomUUID()}`);
  const run: GitRun = { repository: join(work, 'none.git'), configuration, timeoutMs, largestFile, signal };
  const question = call(addressOf(remote.url));
  await mkdir(work, { recursive: true, mode: 0o700 });
  try {
    await writeFile(configuration, gitConfiguration(access), { mode: 0o600 });
    return await runGit(run, question);
  } finally {
    await rm(configuration, { force: true });
  }
}

const depths = [50, 500, 5000, null] as const;
const ourHead = 'refs/millrace/head';

/**
 * Fetches the branch, as little of its history as `enough` asks for, and gives its head.
 *
 * @throws AppError of `remoteFault`
 */
export async function fetchBranch(
  repository: Repository,
  branch: string,
  enough: (head: string) => Promise<boolean>,
): Promise<string> {
  let head = '';
  for (const depth of depths) {
    await fetchOnce(repository, `refs/heads/${branch}`, ourHead, depth);
    head = (await repository.own({ args: ['rev-parse', '--verify', `${ourHead}^{commit}`] })).trim();
    if (await enough(head)) break;
    if ((await repository.own({ args: ['rev-parse', '--is-shallow-repository'] })).trim() === 'false') break;
  }
  return head;
}

async function fetchOnce(repository: Repository, from: string, to: string, depth: number | null): Promise<void> {
  const shallow = (await repository.own({ args: ['rev-parse', '--is-shallow-repository'] })).trim() === 'true';
  const much = depth !== null ? [`--depth=${depth}`] : shallow ? ['--unshallow'] : [];
  const refs = ['--', repository.remote.url, `+${from}:${to}`];
  const answer = await repository.git({ args: ['fetch', '--quiet', '--no-tags', '--no-auto-gc', ...much, ...refs] });
  if (answer.code !== 0) throw remoteFault(repository.remote, answer);
}

/** Another branch beside it, with its newest commit alone; null: it is not there. */
export async function fetchTip(repository: Repository, branch: string): Promise<string | null> {
  const from = `refs/heads/${branch}`;
  const listed = await repository.git({ args: ['ls-remote', '--', repository.remote.url, from] });
  if (listed.code !== 0) throw remoteFault(repository.remote, listed);
  if (listed.output.trim() === '') return null;
  await fetchOnce(repository, from, 'refs/millrace/tip', 50);
  return (await repository.own({ args: ['rev-parse', '--verify', 'refs/millrace/tip^{commit}'] })).trim();
}

export async function isIn(repository: Repository, commit: string, head: string): Promise<boolean> {
  return (await repository.git({ args: ['merge-base', '--is-ancestor', commit, head] })).code === 0;
}

const mostCommits = 20_000;
const format = ['%H', '%cI', '%an <%ae>', '%s', `%(trailers:key=${markerKey},valueonly,unfold,separator=%x20)`];

/** Commits up to `head`, newest first; with `after`: without those up to it. */
export async function commitsOf(
  repository: Repository,
  head: string,
  after: string | null,
  most = mostCommits,
): Promise<readonly Commit[]> {
  const range = after === null ? [head] : [head, `^${after}`];
  const args = ['log', '-z', `--max-count=${most}`, `--format=${format.join('%n')}`, ...range, '--'];
  const output = await repository.own({ args });
  return output.split('\0').flatMap((record) => {
    const [id, at, author, subject, marker] = record.split('\n');
    if (id === undefined || at === undefined || author === undefined) return [];
    return [
      { id, at, author: author.slice(0, 200), subject: (subject ?? '').slice(0, 300), marker: marker?.trim() || null },
    ];
  });
}
