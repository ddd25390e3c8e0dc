import { AppError } from '@millrace/kernel';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const quiet = ['-c', 'init.defaultBranch=main', '-c', 'commit.gpgsign=false', '-c', 'core.hooksPath=/dev/null'];
const author = ['-c', 'user.name=Story', '-c', 'user.email=story@mill.example'];

/** Commits one file of a repository, which is made when there is none. Gives the commit. */
export async function commitFile(repository: string, file: string, text: string, path: string): Promise<string> {
  mkdirSync(repository, { recursive: true });
  const git = (...args: string[]): Promise<string> => runGit(repository, path, args);
  await git('init', '--quiet');
  writeFileSync(join(repository, file), text);
  await git('add', '--all');
  await git(...author, 'commit', '--quiet', '--message', `Change ${file}`);
  return (await git('rev-parse', 'HEAD')).trim();
}

function runGit(cwd: string, path: string, args: readonly string[]): Promise<string> {
  const env = { PATH: path, HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  return new Promise((done, fail) => {
    const child = spawn('git', [...quiet, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done(out) : fail(failed(args, err))));
  });
}

function failed(args: readonly string[], why: string): AppError {
  const message = `git ${args.join(' ')} failed: ${why.trim()}`;
  return new AppError({ code: 'git-failed', kind: 'bug', message, remedy: 'see what git says' });
}
