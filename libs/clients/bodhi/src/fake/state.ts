import type { gatingStatuses, updateStatuses } from '../schema';

/** What Bodhi asks Koji of a tag. */
export interface TagAnswer {
  /** Names of the builds in it. */
  readonly builds: readonly string[];
  readonly sideTag: boolean;
  readonly owner: string | null;
}

export interface FakeUpdate {
  readonly alias: string;
  status: (typeof updateStatuses)[number];
  request: string | null;
  gating: (typeof gatingStatuses)[number] | null;
  builds: readonly string[];
  readonly from_tag: string | null;
  notes: string;
  type: string;
  locked: boolean;
  readonly user: string;
  readonly comments: { readonly user: string; readonly text: string }[];
  date_testing: string | null;
  date_stable: string | null;
  /** Tests that its gate still misses. */
  unsatisfied: readonly string[];
}

export interface BodhiState {
  readonly updates: FakeUpdate[];
  readonly logins: Map<string, { readonly user: string; readonly csrf: string }>;
  /** Bearer tokens, and whose they are. */
  readonly tokens: Map<string, string>;
  /** Answers that are lost after they were made. */
  lose: number;
  failing: number | null;
  lastId: number;
  readonly calls: string[];
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly where: string,
    description: string,
  ) {
    super(description);
  }
}

export function jsonOf(one: FakeUpdate, url: string): Record<string, unknown> {
  const { alias, status, request, gating, builds, from_tag, notes, type, locked, user } = one;
  return {
    ...{ alias, updateid: alias, status, request, notes, type, locked, from_tag, severity: 'unspecified' },
    title: builds.join(' '),
    url: `${url}/updates/${alias}`,
    builds: builds.map((nvr) => ({ nvr, release_id: 1, signed: true, type: 'rpm', epoch: 0 })),
    user: { name: user, id: 1, email: null, groups: [{ name: 'packager' }] },
    ...{ test_gating_status: gating, meets_testing_requirements: status === 'testing' && gating !== 'failed' },
    ...{ date_submitted: '2026-01-31 09:30:00', date_testing: one.date_testing, date_stable: one.date_stable },
    release: { name: 'F44', stable_tag: 'f44-updates', composed_by_bodhi: true },
    comments: one.comments.map(({ user: name, text }, id) => ({ id, text, karma: 0, user: { name } })),
    ...{ autokarma: false, autotime: true, critpath: false },
  };
}
