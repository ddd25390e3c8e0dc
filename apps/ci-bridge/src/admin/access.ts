import { wildcardMatches } from './resultsdb/wildcard';
import type { Reply } from './reply';

/** Who may post results of which test cases through ResultsDB's API v3. */
export interface Permission {
  /** Names of tokens. */
  readonly users: readonly string[];
  /** Roles of tokens. */
  readonly groups: readonly string[];
  /** Globs of test case names. */
  readonly testcases: readonly string[];
}

export interface Poster {
  readonly name: string;
  readonly role: string | null;
}

export interface Access {
  /** Who has this token; null when there is none, or an unknown or revoked one. */
  readonly whose: (token: string | null) => Poster | null;
  readonly onLoopback: boolean;
  /** null: nobody said; every token but one that only reads may post. */
  readonly permissions: readonly Permission[] | null;
  /** Hears of everybody who was refused. */
  readonly audit?: (fields: { readonly url: string; readonly status: number }) => void;
}

/** On loopback posting by API v2.0 needs no token; one that comes with it names the poster, and must be a good one. */
export function poster({ whose, onLoopback }: Access, token: string | null, otherwise: string): Poster | Reply {
  if (token === null && onLoopback) return { name: otherwise, role: null };
  return named(whose(token));
}

/** API v3 always needs a token, and a permission for the test case. */
export function named(caller: Poster | null): Poster | Reply {
  if (caller === null) return { status: 401, body: { message: 'Unauthorized: a known token is needed' } };
  return caller.role === 'read' ? { status: 403, body: { message: `${caller.name} may only read` } } : caller;
}

export function mayPost({ permissions }: Access, { name, role }: Poster, testcase: string): boolean {
  if (permissions === null) return role !== null && role !== 'read';
  return permissionsFor(permissions, testcase).some(
    ({ users, groups }) => users.includes(name) || (role !== null && groups.includes(role)),
  );
}

export function permissionsFor(permissions: readonly Permission[], testcase: string): readonly Permission[] {
  return permissions.filter(({ testcases }) => testcases.some((glob) => wildcardMatches(glob, testcase)));
}
