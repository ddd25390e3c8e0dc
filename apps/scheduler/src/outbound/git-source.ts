import type { ReleaseDefinition, SourceRef } from '@millrace/contracts';
import { AppError, isComponentId, parseComponentId, type ComponentId } from '@millrace/kernel';
import { spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Only these may be asked: no helper programs, no remote shells. */
const protocols = [
  '-c',
  'protocol.allow=never',
  '-c',
  'protocol.file.allow=always',
  '-c',
  'protocol.https.allow=always',
];
const timeoutMs = 30_000;
const mostBytes = 64 * 1024;

/** Where a component's source is; null when the release has no source for its type (stacks). */
export function gitSourceOf(
  definition: ReleaseDefinition,
  component: ComponentId,
): { readonly url: string; readonly branch: string } | null {
  const { type, name } = parseComponentId(component);
  const sources: Readonly<Partial<Record<string, { git: string; branch: string }>>> = definition.sources;
  const source = sources[type];
  if (!source) return null;
  const address = source.git.includes('{name}')
    ? source.git.replaceAll('{name}', name)
    : `${source.git.replace(/\/+$/, '')}/${name}`;
  return { url: isAbsolute(address) ? pathToFileURL(address).href : address, branch: source.branch };
}

/** Types and names of the components whose source has this address, whatever protocol it is given for. */
export function sourcesAt(
  definition: ReleaseDefinition,
  address: string,
): readonly { readonly component: ComponentId; readonly branch: string }[] {
  const place = placeOf(address);
  if (place === null) return [];
  return Object.entries(definition.sources).flatMap(([type, source]) => {
    const templates = [source.git, ...(source.web === undefined ? [] : [source.web])];
    const names = templates.flatMap((template) => nameAt(template, place) ?? []);
    const components = [...new Set(names)].map((name) => `${type}/${name}`).filter(isComponentId);
    return components.map((component) => ({ component, branch: source.branch }));
  });
}

const nameMark = '__name__';

/** The name that makes this place of a template; null when none does. */
function nameAt(template: string, place: string): string | null {
  const marked = template.includes('{name}')
    ? template.replaceAll('{name}', nameMark)
    : `${template.replace(/\/+$/, '')}/${nameMark}`;
  const pattern = placeOf(marked);
  const [before, after, ...more] = pattern?.split(nameMark) ?? [];
  if (before === undefined || after === undefined || more.length > 0) return null;
  const fits = place.startsWith(before) && place.endsWith(after) && place.length > before.length + after.length;
  return fits ? place.slice(before.length, place.length - after.length) : null;
}

/**
 * Host and path of a repository's address: the same for https, ssh, git and `git@host:path`, with `.git` or without.
 * A file has no host. null: it is no address.
 */
function placeOf(address: string): string | null {
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(?!\d+\/)(.+)$/.exec(address);
  const text = isAbsolute(address) ? pathToFileURL(address).href : scp ? `ssh://${scp[1]}/${scp[2]}` : address;
  try {
    const { hostname, port, pathname } = new URL(text);
    const path = decodeURIComponent(pathname)
      .replace(/\/+$/, '')
      .replace(/\.git$/, '');
    return `${hostname.toLowerCase()}${port && `:${port}`}${path}`;
  } catch {
    return null;
  }
}

/**
 * The head of a component's branch.
 *
 * @throws AppError `source-unknown` (missing) when there is no such repository or branch, `source-unreachable`
 * (unavailable) when it cannot be asked now
 */
export async function headOf(
  definition: ReleaseDefinition,
  component: ComponentId,
  signal?: AbortSignal,
): Promise<Extract<SourceRef, { kind: 'git' }>> {
  const source = gitSourceOf(definition, component);
  if (!source) throw unknown(component, `release ${definition.release} names no source for its type`);
  const ref = `refs/heads/${source.branch}`;
  const { code, output, problem } = await git(
    [...protocols, 'ls-remote', '--exit-code', '--', source.url, ref],
    signal,
  );
  const commit = /^([0-9a-f]{40})\t/.exec(output)?.[1];
  if (code === 0 && commit) return { kind: 'git', url: source.url, commit };
  if (code === 2) throw unknown(component, `${source.url} has no branch ${source.branch}`);
  const gone = source.url.startsWith('file:') || /not found|does not exist|does not appear/i.test(problem);
  if (gone) throw unknown(component, `git cannot read ${source.url}: ${problem}`);
  throw new AppError({
    code: 'source-unreachable',
    kind: 'unavailable',
    message: `the source of ${component} cannot be asked: ${source.url}: ${problem}`,
    remedy: 'it is tried again; look whether the server is there',
  });
}

/** Runs in a session of its own, so that it can ask nobody for a password. */
function git(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string; readonly problem: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, timeout: timeoutMs });
    const stop = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    const texts = { output: '', problem: '' };
    const gather = (name: 'output' | 'problem') => (chunk: Buffer) => {
      if (texts[name].length < mostBytes) texts[name] += chunk.toString('utf8');
    };
    child.stdout.on('data', gather('output'));
    child.stderr.on('data', gather('problem'));
    child.on('error', (cause) => reject(withoutGit(cause)));
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop);
      resolve({ code, output: texts.output, problem: texts.problem.trim().split('\n').slice(-1)[0]! });
    });
  });
}

function unknown(component: ComponentId, why: string): AppError {
  return new AppError({
    code: 'source-unknown',
    kind: 'missing',
    message: `the source of ${component} was not found: ${why}`,
    remedy: 'look at sources in the release definition, and whether the repository and its branch are there',
  });
}

function withoutGit(cause: Error): AppError {
  return new AppError({
    code: 'git-missing',
    kind: 'unavailable',
    message: `git cannot be run: ${cause.message}`,
    remedy: 'install git on the machine of the scheduler',
    cause,
  });
}
