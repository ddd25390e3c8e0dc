import { AppError } from '@millrace/kernel';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, runToolWell } from './run-tool';

export interface Bench {
  /** A folder for the tools' own files, away from the tree. */
  readonly work: string;
  readonly signal: AbortSignal;
  /** Seconds: the time of all that is generated, so that the same compose made twice is the same. */
  readonly epoch: number;
}

/** Writes rpm-md below the folder. */
export async function indexTree(folder: string, { work, signal, epoch }: Bench): Promise<void> {
  const flags = ['--quiet', '--no-database', '--workers', '2', '--revision', String(epoch)];
  await runToolWell(['createrepo_c', ...flags, '--set-timestamp-to-revision', folder], work, signal);
}

/** Adds modulemd documents to a folder's rpm-md; gives the name of their file below `repodata`. */
export async function addModules(folder: string, documents: readonly string[], bench: Bench): Promise<string> {
  const file = join(bench.work, 'modules.yaml');
  await writeFile(file, documents.map((text) => (text.endsWith('\n') ? text : `${text}\n`)).join(''));
  const repodata = join(folder, 'repodata');
  await runToolWell(
    ['modifyrepo_c', '--mdtype=modules', '--compress-type=gz', file, repodata],
    bench.work,
    bench.signal,
  );
  const name = (await readdir(repodata)).find((one) => one.endsWith('modules.yaml.gz'));
  if (name) return name;
  const message = `modifyrepo_c left no modules.yaml.gz in ${repodata}`;
  throw new AppError({ code: 'modules-missing', kind: 'invalid', message, remedy: 'run `millrace doctor`' });
}

/**
 * Can everything in the repository be installed from it alone? Throws `compose-not-closed` with what lacks what.
 * dnf keeps repodata by address, so each check has a cache of its own: an old one would call a broken tree closed.
 */
export async function checkClosure(folder: string, { work, signal }: Bench): Promise<void> {
  const flags = ['--quiet', '--nogpgcheck', '--refresh', '--releasever=1'];
  const settings = {
    reposdir: '/nonexistent',
    cachedir: join(work, 'dnf-cache'),
    logdir: join(work, 'dnf-log'),
    persistdir: join(work, 'dnf-state'),
    module_platform_id: 'platform:millrace',
  };
  const options = Object.entries(settings).map(([name, value]) => `--setopt=${name}=${value}`);
  const repository = [`--repofrompath=compose,file://${folder}`, '--repo=compose'];
  const { code, output } = await runTool(['dnf', ...flags, ...options, ...repository, 'repoclosure'], work, signal);
  if (code === 0) return;
  if (/no such command|unknown argument/i.test(output)) throw noRepoclosure(output);
  throw new AppError({
    code: 'compose-not-closed',
    kind: 'invalid',
    message: `not everything in the compose can be installed: ${output.trim().slice(0, 1500)}`,
    remedy: 'rebuild what is named, or leave it out of the compose by `include` of the release definition',
  });
}

function noRepoclosure(output: string): AppError {
  const message = `dnf has no repoclosure here, so nothing says whether the compose is closed: ${output.trim().slice(0, 200)}`;
  const remedy = 'install dnf-plugins-core (dnf5-plugins with dnf 5), and make the compose again';
  return new AppError({ code: 'tool-missing', kind: 'invalid', message, remedy });
}
