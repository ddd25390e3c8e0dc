import { isComponentId } from '@millrace/kernel';

export interface ImageReference {
  /** Without registry where that is Docker's own. */
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Reads `[registry/]path[:tag][@digest]`; Docker's own registry and its `library/` may be left out. */
export function parseImageReference(text: string): ImageReference {
  const [named, digest = null] = text.split('@', 2) as [string, string?];
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const whole = colon === -1 ? named : named.slice(0, colon);
  const tag = colon === -1 ? null : named.slice(colon + 1);
  return { path: whole.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, ''), tag, digest };
}

/** One text for all ways to write the same reference; `latest` is what no tag means. */
export function plainReference(text: string): string {
  const { path, tag, digest } = parseImageReference(text);
  if (digest !== null && path === '') return digest;
  return `${path}:${tag ?? 'latest'}`;
}

/** The id of an image that is not among those that were read; null when no id can be made of its name. */
export function outsideId(text: string): string | null {
  const { path, tag } = parseImageReference(text);
  const id = `container/${path.replace(/[/:]/g, '.')}${tag === null || tag === 'latest' ? '' : `:${tag}`}`;
  return isComponentId(id) ? id : null;
}
