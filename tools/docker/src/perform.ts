import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseCopy, parseDockerfile, type Stage } from './dockerfile';

/** Where the steps are done: the working tree, and a folder that stands for each stage's `/srv/millrace`. */
export interface Site {
  readonly root: string;
  readonly folderOf: (stage: string) => string;
  readonly app: string;
}

const workdir = '/srv/millrace';
/** Steps about the image's system: the machine at hand has those packages, and its users are left alone. */
const aboutTheSystem = /\b(apt-get|useradd)\b/;

/** Does a Dockerfile's own COPY and RUN steps, as far as they are about this project. Throws with a step's output. */
export function performDockerfile(text: string, site: Site): readonly string[] {
  return parseDockerfile(text).flatMap((stage) => performStage(stage, site));
}

/** ENV of the last stage, as the process in the image sees it. */
export function environmentOf(text: string): Readonly<Record<string, string>> {
  const last = parseDockerfile(text).at(-1)!;
  const pairs = last.instructions
    .filter(({ name }) => name === 'ENV')
    .flatMap(({ rest }) => rest.split(/\s+/))
    .map((pair) => pair.split('=') as [string, string]);
  return Object.fromEntries(pairs);
}

function performStage(stage: Stage, site: Site): readonly string[] {
  const folder = site.folderOf(stage.name);
  mkdirSync(folder, { recursive: true });
  return stage.instructions.flatMap(({ name, rest }) => {
    if (name === 'COPY') copy(rest.replaceAll('$APP', site.app), folder, site);
    else if (name === 'RUN' && !aboutTheSystem.test(rest)) run(rest, folder, site.app);
    else return [];
    return [`${name} ${rest}`];
  });
}

function copy(rest: string, folder: string, site: Site): void {
  const { from, sources, target } = parseCopy(rest);
  if (from === null) return copyWorkingTree(site.root, folder);
  for (const source of sources) {
    const path = join(site.folderOf(from), source.replace(`${workdir}/`, ''));
    const to = target.endsWith('/') ? join(folder, target, path.split('/').pop()!) : join(folder, target);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(path, to, { recursive: true, verbatimSymlinks: true });
  }
}

/** What is in git or could be, without what .dockerignore leaves out: a clean clone with the changes at hand. */
function copyWorkingTree(root: string, folder: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  const ignored = readFileSync(join(root, 'docker/Dockerfile.dockerignore'), 'utf8').split('\n').filter(Boolean);
  for (const path of listed.stdout.split('\0').filter(Boolean)) {
    const leftOut = ignored.some((pattern) => path === pattern || path.startsWith(`${pattern}/`));
    if (leftOut || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
}

/** A RUN step in its own words, by the shell that an image would use. */
function run(script: string, folder: string, app: string): void {
  const result = spawnSync('/bin/sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, APP: app, JOBS: 'max', NX_DAEMON: 'false', NODE_ENV: '', NX_WORKSPACE_ROOT_PATH: '' },
  });
  if (result.status !== 0) throw new Error(`${script}\n${result.stdout}\n${result.stderr}`);
}
