import { fnMatches } from '@millrace/gate-policy';

/** Who may waive which tests, as WaiverDB's `PERMISSIONS` has it. */
export interface WaiverPermission {
  readonly name: string;
  readonly maintainers: readonly string[];
  /** Patterns of test case names. */
  readonly testcases: readonly string[];
  readonly testcases_ignore: readonly string[];
  readonly groups: readonly string[];
  readonly users: readonly string[];
}

export interface WaiverAccess {
  /** Who has this token, with the role that it gives; null: nobody. */
  readonly whose: (token: string | null) => { readonly name: string; readonly role: string | null } | null;
  /** For tests alone: whoever the header or Basic authorization names. */
  readonly dummyHeader: string | null;
  readonly superusers: readonly string[];
  /** Empty: every token that may do more than read. */
  readonly permissions: readonly WaiverPermission[];
  /** Who is in which group. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export interface Headers {
  readonly authorization: string | null;
  /** Of the header that the settings name. */
  readonly user: string | null;
}

export type Identified =
  | { readonly kind: 'user'; readonly name: string; readonly role: string | null }
  | { readonly kind: 'nobody'; readonly message: string }
  | { readonly kind: 'reader'; readonly name: string };

/** Who posts a waiver. A token is always needed, on loopback too, but in the mode that is for tests. */
export function identify(access: WaiverAccess, headers: Headers): Identified {
  if (access.dummyHeader !== null) {
    const name = headers.user ?? basicUser(headers.authorization);
    if (name !== null) return { kind: 'user', name, role: null };
  }
  const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
  const caller = access.whose(token);
  if (!caller) return { kind: 'nobody', message: token === null ? 'Authenticated user required.' : 'Unknown token.' };
  if (caller.role === 'read') return { kind: 'reader', name: caller.name };
  return { kind: 'user', name: caller.name, role: caller.role };
}

/** The permissions that speak about a test, in their order. */
export function permissionsFor(
  permissions: readonly WaiverPermission[],
  testcase: string,
): readonly WaiverPermission[] {
  const matches = (patterns: readonly string[]): boolean => patterns.some((one) => fnMatches(one, testcase));
  return permissions.filter((one) => !matches(one.testcases_ignore) && matches(one.testcases));
}

/** `role`: of the token, known only when the user posts in their own name; it counts as a group. */
export function mayWaive(access: WaiverAccess, user: string, role: string | null, testcase: string): boolean {
  if (access.permissions.length === 0) return true;
  const groups = Object.entries(access.groups).flatMap(([name, members]) => (members.includes(user) ? [name] : []));
  const all = role === null ? groups : [...groups, role];
  return permissionsFor(access.permissions, testcase).some(
    (one) => one.users.includes(user) || one.groups.some((group) => all.includes(group)),
  );
}

function basicUser(authorization: string | null): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  const name = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8').split(':')[0]!;
  return name === '' || name.length > 200 ? null : name;
}
