import type { Door } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';

export interface DoorCall {
  readonly method: 'GET' | 'POST';
  /** Path and query below the service's address. */
  readonly path: string;
  readonly body: string | null;
}

/**
 * The HTTP request of a door: members named in `{}` go into the path, the others of a GET into the query, else into
 * the body.
 *
 * @throws AppError `path-member-missing` when a member of the path has no value
 */
export function requestOf(door: Pick<Door, 'http' | 'name'>, request: Readonly<Record<string, unknown>>): DoorCall {
  const inPath = new Set<string>();
  const path = door.http.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    inPath.add(name);
    return encodeURIComponent(textOf(door, name, request[name]));
  });
  const rest = Object.entries(request).filter(([name, value]) => !inPath.has(name) && value !== undefined);
  if (door.http.method === 'POST') return { method: 'POST', path, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = new URLSearchParams(rest.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return { method: 'GET', path: query === '' ? path : `${path}?${query}`, body: null };
}

function textOf(door: Pick<Door, 'name'>, name: string, value: unknown): string {
  if ((typeof value === 'string' && value !== '') || typeof value === 'number') return String(value);
  throw new AppError({
    code: 'path-member-missing',
    kind: 'invalid',
    message: `'${door.name}' needs a value for '${name}'`,
    remedy: `give ${name}`,
  });
}
