import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder with bare repositories, and what people do in them. */
export interface GitWorld {
  readonly dir: string;
  readonly root: string;
  /** Makes a bare repository with one commit; gives its path. */
  repository(name: string, files: Readonly<Record<string, string>>): string;
  /** Somebody pushes files to a branch; gives the commit. */
  commit(name: string, files: Readonly<Record<string, string>>, subject: string, branch?: string): string;
  /** Runs git in the bare repository. */
  git(name: string, ...args: readonly string[]): string;
  /** Every push to this branch is refused by a hook, as forges do it. */
  protect(name: string, branch: string): void;
  remove(): void;
}

const own = ['-c', 'init.defaultBranch=main', '-c', 'user.name=Ada', '-c', 'user.email=ada@mill.example'];
const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };

/** `within`: the folder that it is made in; `suffix`: what the names of repositories end with. */
export function gitWorld({ within = tmpdir(), suffix = '.git' } = {}): GitWorld {
  const dir = mkdtempSync(join(within, 'millrace-dist-git-'));
  const root = join(dir, 'repositories');
  mkdirSync(root);
  const bare = (name: string): string => join(root, `${name}${suffix}`);
  const world: GitWorld = {
    dir,
    root,
    repository: (name, files) => {
      mkdirSync(dirname(bare(name)), { recursive: true });
      git(root, 'init', '--quiet', '--bare', bare(name));
      world.commit(name, files, 'Import');
      return bare(name);
    },
    commit: (name, files, subject, branch = 'main') => {
      const work = mkdtempSync(join(dir, 'work-'));
      git(work, 'clone', '--quiet', '--no-local', bare(name), 'it');
      const folder = join(work, 'it');
      const from = git(folder, 'branch', '--remotes', '--list', `origin/${branch}`) === '' ? 'main' : branch;
      if (readdirSync(folder).length > 1) git(folder, 'checkout', '--quiet', '-B', branch, `origin/${from}`);
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
      git(folder, 'add', '--all');
      git(folder, 'commit', '--quiet', '--allow-empty', '-m', subject);
      git(folder, 'push', '--quiet', '--no-verify', 'origin', `HEAD:${branch}`);
      const commit = git(folder, 'rev-parse', 'HEAD').trim();
      rmSync(work, { recursive: true });
      return commit;
    },
    git: (name, ...args) => git(bare(name), ...args),
    protect: (name, branch) => {
      const hook = `#!/bin/sh\n[ "$1" != refs/heads/${branch} ] || { echo '${branch} is protected' >&2; exit 1; }\n`;
      writeFileSync(join(bare(name), 'hooks', 'update'), hook, { mode: 0o755 });
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
  return world;
}

function git(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', [...own, ...args], { cwd, env });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.toString()}`);
  return stdout.toString();
}
