import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { broken, runCommand } from '@millrace/testing/stories';

/** Folders of the example distribution, and of the repositories: `rpms/libstone`. */
export const kinds = ['rpms', 'modules', 'containers'] as const;

export interface Author {
  readonly name: string;
  readonly mail: string;
}

/** Nobody's git configuration has a say here. */
const quiet = ['-c', 'init.defaultBranch=main', '-c', 'commit.gpgsign=false', '-c', 'core.hooksPath=/dev/null'];

async function git(cwd: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const own = { PATH: env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const { code, stdout, stderr } = await runCommand({ argv: ['git', ...quiet, ...args], cwd, env: own });
  if (code === 0) return stdout.trim();
  throw broken(`git ${args[0]} failed in ${cwd}: ${stderr.trim()}`);
}

/** One bare repository per component of the example distribution, with one commit. */
export async function makeDistGit(dir: string, example: string, env: NodeJS.ProcessEnv): Promise<number> {
  let count = 0;
  for (const kind of kinds) {
    for (const name of readdirSync(join(example, kind))) {
      await makeRepository(join(dir, kind, name), join(example, kind, name), env);
      count += 1;
    }
  }
  return count;
}

async function makeRepository(bare: string, from: string, env: NodeJS.ProcessEnv): Promise<void> {
  const work = `${bare}.import`;
  mkdirSync(dirname(bare), { recursive: true });
  cpSync(from, work, { recursive: true });
  await git(work, env, ['init', '--quiet']);
  await commitAll(work, { name: 'Minidistro', mail: 'releng@mill.example' }, 'Import', env);
  await git(dirname(bare), env, ['clone', '--quiet', '--bare', work, bare]);
  await git(bare, env, ['remote', 'remove', 'origin']);
  await removeFolder(work, env);
}

async function removeFolder(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  await runCommand({ argv: ['rm', '-rf', '--', folder], env });
}

/** A maintainer's checkout; a second call finds it again. */
export async function checkOut(bare: string, checkout: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (existsSync(checkout)) return;
  mkdirSync(dirname(checkout), { recursive: true });
  await git(dirname(checkout), env, ['clone', '--quiet', bare, checkout]);
}

/** Lays files over a checkout and commits them. Gives the commit. */
export async function commitOverlay(
  checkout: string,
  overlay: string,
  author: Author,
  message: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  cpSync(overlay, checkout, { recursive: true });
  return commitAll(checkout, author, message, env);
}

async function commitAll(
  work: string,
  { name, mail }: Author,
  message: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  await git(work, env, ['add', '--all']);
  await git(work, env, ['-c', `user.name=${name}`, '-c', `user.email=${mail}`, 'commit', '--quiet', '-m', message]);
  return git(work, env, ['rev-parse', 'HEAD']);
}

export async function push(checkout: string, env: NodeJS.ProcessEnv): Promise<void> {
  await git(checkout, env, ['push', '--quiet', 'origin', 'HEAD:main']);
}
