import type { WaiverRow } from '../../domain/state';
import type { Reply } from '../reply';
import type { WaiverPermission } from './access';
import { filterKeys, parsePeriod, type WaiverFilter } from './find';

export function forbidden(message: string): Reply {
  return { status: 403, body: { message } };
}

export function mappingOf(permissions: readonly WaiverPermission[]) {
  return Object.fromEntries(permissions.map(({ name, groups, users }) => [name, { groups, users }]));
}

export function filterOf(given: Readonly<Record<string, unknown>>): WaiverFilter {
  const members = filterKeys.flatMap((key) => {
    const value = given[key];
    return typeof value === 'string' && value !== '' ? [[key, value] as const] : [];
  });
  return Object.fromEntries(members);
}

export function withoutUndefined(filter: Readonly<Record<string, string | undefined>>): WaiverFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

export function wrongPeriod(filters: readonly WaiverFilter[]): Reply | null {
  for (const { since } of filters) {
    const period = since === undefined ? null : parsePeriod(since);
    if (period && 'wrong' in period) {
      return { status: 400, body: { message: { since: `Invalid isoformat string: '${period.wrong.slice(0, 200)}'` } } };
    }
  }
  return null;
}

export function filteredScopeOf({ subject_type, subject_id, testcase, scenario }: WaiverRow): readonly unknown[] {
  return [subject_type, subject_id, testcase, scenario];
}

export function scopeOf(waiver: WaiverRow): readonly unknown[] {
  return [...filteredScopeOf(waiver), waiver.username, waiver.product_version];
}

export function isTrue(text: string | null): boolean {
  return text !== null && ['1', 'true', 'yes', 'on', 't', 'y'].includes(text.toLowerCase());
}

export function positive(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : otherwise;
}

/** The page first, then whatever else was asked. */
export function pageUrl(base: string, parameters: URLSearchParams, page: number): string {
  const others = [...parameters].filter(([key]) => key !== 'page');
  return `${base}/waivers/?${new URLSearchParams([['page', String(page)], ...others]).toString()}`;
}
