import type { ReleaseDefinition, SourceRef } from '@millrace/contracts';
import type { DistGit } from '@millrace/dist-git';
import { AppError, isComponentId, parseComponentId, type ComponentId } from '@millrace/kernel';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Who is asked for heads. */
export type Heads = Pick<DistGit, 'head'>;

interface Place {
  readonly url: string;
  readonly branch: string;
}
type Sources = Readonly<Partial<Record<string, { git: string; branch: string; push_to?: string | undefined }>>>;

/** Where a component's source is; null when the release has no source for its type (stacks). */
export function gitSourceOf(definition: ReleaseDefinition, component: ComponentId): Place | null {
  const { type, name } = parseComponentId(component);
  const source = (definition.sources as Sources)[type];
  return source ? { url: addressIn(source.git, name), branch: source.branch } : null;
}

/** The same where bumps are pushed, which may be another door to it. */
export function pushPlaceOf(definition: ReleaseDefinition, component: ComponentId): Place | null {
  const { type, name } = parseComponentId(component);
  const source = (definition.sources as Sources)[type];
  return source ? { url: addressIn(source.push_to ?? source.git, name), branch: source.branch } : null;
}

function addressIn(template: string, name: string): string {
  const address = template.includes('{name}')
    ? template.replaceAll('{name}', name)
    : `${template.replace(/\/+$/, '')}/${name}`;
  return isAbsolute(address) ? pathToFileURL(address).href : address;
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
 * @throws AppError `source-unknown` (missing) when the release has no source for it, and those of the dist-git client
 */
export async function headOf(
  git: Heads,
  definition: ReleaseDefinition,
  component: ComponentId,
  signal?: AbortSignal,
): Promise<Extract<SourceRef, { kind: 'git' }>> {
  const source = gitSourceOf(definition, component);
  if (!source) throw unknown(component, definition.release);
  return { kind: 'git', url: source.url, commit: await git.head(source, signal) };
}

function unknown(component: ComponentId, release: string): AppError {
  return new AppError({
    code: 'source-unknown',
    kind: 'missing',
    message: `the source of ${component} was not found: release ${release} names no source for its type`,
    remedy: 'look at sources in the release definition',
  });
}
