import { execFile } from 'node:child_process';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { SourceRef } from '@millrace/contracts';
import { componentId } from '@millrace/kernel';
import { parse } from 'yaml';
import { misused } from './context';

export interface FoundSource {
  readonly source: SourceRef;
  /** What it is the source of, when nobody says otherwise. */
  readonly component: string;
}

/**
 * What a path is the source of, for a build by hand. A git checkout without uncommitted changes stands for its newest
 * commit, so that the build can be told from others; anything else is taken as it is.
 */
export async function sourceOf(text: string, path: string, named: string | undefined): Promise<FoundSource> {
  const place = resolve(text);
  const found = await stat(place).catch(() => null);
  if (!found) throw misused(`there is no ${place}`, 'name a git checkout, a folder with a spec file, or a .src.rpm');
  if (found.isFile()) return { source: { kind: 'srpm', path: place }, component: named ?? ofSourceRpm(place) };
  const component = named ?? (await componentIn(place));
  const commit = await cleanHead(place, path);
  if (commit === null) return { source: { kind: 'folder', path: place }, component };
  return { source: { kind: 'git', url: pathToFileURL(await realpath(place)).href, commit }, component };
}

function ofSourceRpm(file: string): string {
  const match = /^(.+)-[^-]+-[^-]+\.src\.rpm$/.exec(basename(file));
  if (match) return componentId('rpm', match[1]!);
  throw misused(
    `${file} is no source package`,
    'name a file NAME-VERSION-RELEASE.src.rpm, a folder, or a git checkout',
  );
}

async function componentIn(folder: string): Promise<string> {
  const names = await readdir(folder);
  const specs = names.filter((name) => name.endsWith('.spec'));
  if (specs.length === 1) return componentId('rpm', specs[0]!.slice(0, -'.spec'.length));
  const module = names.find((name) => name.endsWith('.modulemd.yaml'));
  if (module) return moduleIn(join(folder, module));
  if (names.includes('Containerfile')) return componentId('container', basename(folder));
  throw misused(
    specs.length > 1
      ? `${folder} has ${specs.length} spec files`
      : `${folder} has no spec file, modulemd or Containerfile`,
    'name the folder of one component, or say which it is with --component',
  );
}

async function moduleIn(file: string): Promise<string> {
  const document: unknown = parse(await readFile(file, 'utf8'), { schema: 'failsafe', maxAliasCount: 0 });
  const { name, stream } = (document as { data?: { name?: string; stream?: string } }).data ?? {};
  if (name) return componentId('module', name, stream);
  throw misused(`${file} names no module`, 'say which it is with --component module/NAME:STREAM');
}

/** HEAD of a checkout whose top is the folder and that has nothing uncommitted; else null. */
async function cleanHead(folder: string, path: string): Promise<string | null> {
  const git = async (...args: string[]): Promise<string | null> => {
    const env = { PATH: path, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', HOME: '/nonexistent' };
    const safe = ['-c', 'core.fsmonitor=false', '-c', 'safe.directory=*', '-C', folder];
    const ran = await promisify(execFile)('git', [...safe, ...args], { env, timeout: 30_000 }).catch(() => null);
    return ran === null ? null : ran.stdout.trim();
  };
  const top = await git('rev-parse', '--show-toplevel');
  if (top === null || (await realpath(top)) !== (await realpath(folder))) return null;
  if ((await git('status', '--porcelain')) !== '') return null;
  return git('rev-parse', 'HEAD');
}
