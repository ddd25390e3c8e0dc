import type { WaiverRow } from '../../domain/state';
import { numberId } from '../../domain/state';
import { jsonBody, parametersOf, type ApiRequest } from '../http';
import type { BridgeRead } from '../read';
import { badRequest, invalid, notFound, ok, valueError, type Reply } from '../reply';
import { filterKeys, findWaivers, parsePeriod, showWaiver, withoutObsolete, type WaiverFilter } from './find';

const defaultLimit = 10;
const mostFilters = 1000;

/** The reading half of WaiverDB's API v1.0. */
export class WaiverDbApi {
  constructor(private readonly read: Pick<BridgeRead, 'waivers'>) {}

  about(): Reply {
    return ok({ version: '1.4.0', auth_method: 'Token' });
  }

  async waivers(request: ApiRequest): Promise<Reply> {
    const parameters = parametersOf(request);
    const filter = filterOf(Object.fromEntries(parameters));
    if (!isPeriod(filter)) return invalid([valueError('since', 'must be in ISO8601 format', filter.since)]);
    const found = await findWaivers(this.read, [filter]);
    const rows = isTrue(parameters.get('include_obsolete')) ? found : withoutObsolete(found, scopeOf);
    const limit = positive(parameters.get('limit'), defaultLimit);
    const page = positive(parameters.get('page'), 1);
    const last = Math.max(1, Math.ceil(rows.length / limit));
    const link = (to: number): string => pageUrl(request.url, to);
    return ok({
      data: rows.slice((page - 1) * limit, page * limit).map(showWaiver),
      prev: page > 1 ? link(page - 1) : null,
      next: page < last ? link(page + 1) : null,
      first: link(1),
      last: link(last),
    });
  }

  async waiver(id: string): Promise<Reply> {
    const waiver = /^\d{1,12}$/.test(id) ? await this.read.waivers.get(numberId(Number(id))) : null;
    return waiver ? ok(showWaiver(waiver)) : notFound('Waiver not found');
  }

  async filtered(request: ApiRequest): Promise<Reply> {
    const body = jsonBody(request);
    const given = body?.['filters'];
    if (!body || !Array.isArray(given) || given.length === 0 || given.length > mostFilters) {
      return badRequest(`filters: a list of 1 to ${mostFilters} filters is needed`);
    }
    const filters = given.map((one: unknown) => filterOf(Object(one) as Record<string, unknown>));
    if (!filters.every(isPeriod)) return badRequest('since: must be in ISO8601 format');
    const found = await findWaivers(this.read, filters);
    const rows = body['include_obsolete'] === true ? found : withoutObsolete(found, filteredScopeOf);
    return ok({ data: rows.map(showWaiver) });
  }

  /** Who waives must be known by name, which this API of ours cannot prove: there is a door for it. */
  refuse(): Reply {
    const message = 'Waivers are made with `millrace gate waive` or POST /admin/v1/waivers, with a named token';
    return { status: 403, body: { message } };
  }
}

function filterOf(given: Readonly<Record<string, unknown>>): WaiverFilter {
  const members = filterKeys.flatMap((key) => (typeof given[key] === 'string' ? [[key, given[key]] as const] : []));
  return Object.fromEntries(members);
}

function isPeriod(filter: WaiverFilter): boolean {
  return filter.since === undefined || parsePeriod(filter.since) !== null;
}

function filteredScopeOf({ subject_type, subject_id, testcase, scenario }: WaiverRow): readonly unknown[] {
  return [subject_type, subject_id, testcase, scenario];
}

function scopeOf(waiver: WaiverRow): readonly unknown[] {
  return [...filteredScopeOf(waiver), waiver.username, waiver.product_version];
}

function isTrue(text: string | null): boolean {
  return text !== null && ['1', 'true', 'yes'].includes(text.toLowerCase());
}

function positive(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : otherwise;
}

function pageUrl(url: string, page: number): string {
  const to = new URL(url);
  to.searchParams.set('page', String(page));
  return to.href;
}
