import { momentOf, parseStamp, type Stamp } from '../../domain/stamp';
import type { WaiverRow } from '../../domain/state';
import { sameType } from '../../domain/subject';
import type { BridgeRead } from '../read';

/** What waivers are looked for; every member that is given must hold. */
export interface WaiverFilter {
  readonly subject_type?: string;
  readonly subject_identifier?: string;
  readonly testcase?: string;
  readonly scenario?: string;
  readonly product_version?: string;
  readonly username?: string;
  readonly proxied_by?: string;
  readonly since?: string;
}

export const filterKeys = [
  'subject_type',
  'subject_identifier',
  'testcase',
  'scenario',
  'product_version',
  'username',
  'proxied_by',
  'since',
] as const satisfies readonly (keyof WaiverFilter)[];

type Scope = (waiver: WaiverRow) => readonly unknown[];

/** Waivers that one of the filters fits, newest first; without the obsolete ones where a scope is given. */
export async function findWaivers(
  read: Pick<BridgeRead, 'waivers'>,
  filters: readonly WaiverFilter[],
  obsoleteBy: Scope | null = null,
): Promise<readonly WaiverRow[]> {
  const rows = await candidates(read, filters);
  const newestFirst = [...rows].sort((a, b) => b.number - a.number);
  // A waiver is obsolete by any newer one, also by one that the filter does not fit.
  const current = obsoleteBy ? withoutObsolete(newestFirst, obsoleteBy) : newestFirst;
  return current.filter((row) => filters.some((filter) => fits(row, filter)));
}

function candidates(read: Pick<BridgeRead, 'waivers'>, filters: readonly WaiverFilter[]): Promise<WaiverRow[]> {
  const column = (of: keyof WaiverFilter): readonly string[] | null => {
    const values = filters.map((filter) => filter[of]).filter((value) => value !== undefined);
    return values.length === filters.length && values.length > 0 ? [...new Set(values)] : null;
  };
  const [subject, testcase] = [column('subject_identifier'), column('testcase')];
  return read.waivers.where({ ...(subject ? { subject } : {}), ...(testcase ? { testcase } : {}) });
}

/** Without those that a newer one of the same `scope` replaces. */
export function withoutObsolete(newestFirst: readonly WaiverRow[], scope: Scope): readonly WaiverRow[] {
  const seen = new Set<string>();
  return newestFirst.filter((waiver) => {
    const key = JSON.stringify(scope(waiver));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Members beyond WaiverDB's are there only where they say something. */
export function showWaiver(waiver: WaiverRow) {
  const { number, subject_type, subject_id, testcase, scenario, username, product_version, waived, comment } = waiver;
  const { scope = 'build', ticket = null, expires_at = null, ended_at = null } = waiver;
  return {
    id: number,
    subject_type,
    subject_identifier: subject_id,
    subject:
      subject_type === 'compose' ? { 'productmd.compose.id': subject_id } : { type: subject_type, item: subject_id },
    testcase,
    scenario,
    username,
    proxied_by: waiver.proxied_by ?? null,
    product_version,
    waived,
    comment,
    timestamp: waiver.timestamp,
    ...(scope === 'build' ? {} : { scope }),
    ...(ticket === null ? {} : { ticket }),
    ...(expires_at === null ? {} : { expires: momentOf(expires_at) }),
    ...(ended_at === null ? {} : { ended: momentOf(ended_at) }),
  };
}

export type Period = { readonly start: Stamp | null; readonly end: Stamp | null };

/** `START[,END]` as two stamps; the part that is no time. */
export function parsePeriod(since: string): Period | { readonly wrong: string } {
  const comma = since.indexOf(',');
  const parts = comma < 0 ? [since, ''] : [since.slice(0, comma), since.slice(comma + 1)];
  const [start, end] = parts.map((part) => (part.trim() === '' ? null : parseStamp(part)));
  const wrong = parts.find((part, n) => part.trim() !== '' && [start, end][n] === null);
  return wrong === undefined ? { start: start ?? null, end: end ?? null } : { wrong };
}

function fits(row: WaiverRow, filter: WaiverFilter): boolean {
  const { subject_type, subject_identifier, testcase, scenario, product_version, username, proxied_by, since } = filter;
  return (
    (subject_type === undefined || sameType(row.subject_type, subject_type)) &&
    (subject_identifier === undefined || row.subject_id === subject_identifier) &&
    (testcase === undefined || row.testcase === testcase) &&
    (scenario === undefined || row.scenario === scenario) &&
    (product_version === undefined || row.product_version === product_version) &&
    (username === undefined || row.username === username) &&
    (proxied_by === undefined || (row.proxied_by ?? null) === proxied_by) &&
    (since === undefined || within(row, since))
  );
}

function within({ timestamp }: WaiverRow, since: string): boolean {
  const period = parsePeriod(since);
  if ('wrong' in period) return false;
  return (period.start === null || timestamp >= period.start) && (period.end === null || timestamp <= period.end);
}
