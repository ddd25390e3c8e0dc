import { AppError } from '@millrace/kernel';
import type { Remote } from '../remote';
import type { GitAnswer } from './run-git';

/**
 * What it means that a server was not read or written: `dist-git-unknown` (missing), `dist-git-forbidden` (forbidden),
 * else `dist-git-unreachable` (unavailable).
 */
export function remoteFault({ url, branch }: Remote, { problem }: GitAnswer): AppError {
  const last = lastLine(problem);
  const about = { message: `${url} (${branch}) could not be used: ${last}` };
  if (/could not find remote ref|couldn't find remote ref/i.test(problem)) {
    return new AppError({
      code: 'dist-git-unknown',
      kind: 'missing',
      ...about,
      remedy: 'make the branch, or name another',
    });
  }
  if (/authentication failed|could not read username|invalid credentials|permission denied|error: 403/i.test(problem)) {
    return new AppError({
      code: 'dist-git-forbidden',
      kind: 'forbidden',
      ...about,
      remedy: 'look at the file of credentials (or the ssh key) for this server, and at what its account may do',
    });
  }
  if (/not found|does not exist|does not appear to be a git repository/i.test(problem)) {
    return new AppError({
      code: 'dist-git-unknown',
      kind: 'missing',
      ...about,
      remedy: 'look at sources in the release definition, and whether the repository is there',
    });
  }
  return new AppError({
    code: 'dist-git-unreachable',
    kind: 'unavailable',
    ...about,
    remedy: 'it is tried again; look whether the server is there',
  });
}

/** A step of our own on objects that are there: it fails when they are broken or too large. */
export function brokenRepository({ url, branch }: Remote, what: string, { problem }: GitAnswer): AppError {
  return new AppError({
    code: 'dist-git-broken',
    kind: 'unavailable',
    message: `git ${what} failed for ${url} (${branch}): ${lastLine(problem)}`,
    remedy: 'look at the repository with git fsck',
  });
}

export function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const fatal = lines.find((line) => /^(fatal|error):/.test(line));
  return (fatal ?? lines.at(-1) ?? 'git said nothing').slice(0, 300);
}
