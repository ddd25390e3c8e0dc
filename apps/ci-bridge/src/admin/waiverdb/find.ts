import { parseStamp, type Stamp } from '../../domain/stamp';
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

/** Waivers that one of the filters fits, newest first. */
export async function findWaivers(
  read: Pick<BridgeRead, 'waivers'>,
  filters: readonly WaiverFilter[],
): Promise<readonly WaiverRow[]> {
  const subjects = filters.map((filter) => filter.subject_identifier);
  const named = subjects.filter((subject) => subject !== undefined);
  const rows = await read.waivers.where(named.length === filters.length ? { subject: named } : {});
  return rows.filter((row) => filters.some((filter) => fits(row, filter))).sort((a, b) => b.number - a.number);
}

/** Without those that a newer one of the same `scope` replaces. */
export function withoutObsolete(
  newestFirst: readonly WaiverRow[],
  scope: (waiver: WaiverRow) => readonly unknown[],
): readonly WaiverRow[] {
  const seen = new Set<string>();
  return newestFirst.filter((waiver) => {
    const key = JSON.stringify(scope(waiver));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export function showWaiver(waiver: WaiverRow) {
  const { number, subject_type, subject_id, testcase, scenario, username, product_version, waived, comment } = waiver;
  return {
    id: number,
    subject_type,
    subject_identifier: subject_id,
    subject:
      subject_type === 'compose' ? { 'productmd.compose.id': subject_id } : { type: subject_type, item: subject_id },
    testcase,
    scenario,
    username,
    proxied_by: null,
    product_version,
    waived,
    comment,
    timestamp: waiver.timestamp,
  };
}

/** `START[,END]` as two stamps; null when one of them is no time. */
export function parsePeriod(since: string): { readonly start: Stamp; readonly end: Stamp | null } | null {
  const [first = '', last] = since.split(',').map((part) => part.trim());
  const start = parseStamp(first);
  const end = last === undefined ? null : parseStamp(last);
  return start === null || (last !== undefined && end === null) ? null : { start, end };
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
    proxied_by === undefined &&
    (since === undefined || within(row, since))
  );
}

function within({ timestamp }: WaiverRow, since: string): boolean {
  const period = parsePeriod(since);
  return period !== null && timestamp >= period.start && (period.end === null || timestamp <= period.end);
}
