import { AppError } from '@millrace/kernel';
import type { Input, WaiverDraft } from '../../domain/input';
import { numberId, type WaiverRow } from '../../domain/state';
import { jsonBody, parametersOf, type ApiRequest } from '../http';
import type { BridgeRead } from '../read';
import {
  badRequest,
  created,
  invalid,
  isReply,
  missingField,
  notFound,
  notString,
  notUnderstood,
  ok,
  type Reply,
} from '../reply';
import { identify, mayWaive, permissionsFor, type Headers, type WaiverAccess } from './access';
import { areWaivers, postedWaivers, type PostedWaiver } from './bodies';
import { subjectFilters } from './by-subjects';
import { findWaivers, showWaiver } from './find';
import {
  filteredScopeOf,
  filterOf,
  forbidden,
  isTrue,
  mappingOf,
  pageUrl,
  positive,
  scopeOf,
  withoutUndefined,
  wrongPeriod,
} from './lists';

const defaultLimit = 10;
const mostFilters = 1000;

export interface WaiverDbPeer {
  raw(method: string, path: string, body?: unknown, authorization?: string): Promise<Reply>;
}

export interface WaiverDbParts {
  readonly read: Pick<BridgeRead, 'waivers' | 'results'>;
  readonly access: WaiverAccess;
  /** Hands waivers over; answers with their rows after the commit. */
  readonly take: (input: Input, meta: { readonly id: string; readonly who: string }) => Promise<unknown>;
  readonly newId: () => string;
  /** A WaiverDB of somebody else that has the waivers; null: we do. */
  readonly peer: WaiverDbPeer | null;
  /** Hears of waivers that were refused for want of a right. */
  readonly audit?: (fields: { readonly status: number; readonly because: unknown }) => void;
}

/** WaiverDB's API v1.0. */
export class WaiverDbApi {
  constructor(private readonly parts: WaiverDbParts) {}

  /** Hands a request on to the WaiverDB that is asked instead, its user's own authorization with it; null: it is ours. */
  async handOn(method: string, path: string, request: ApiRequest, authorization: string | null): Promise<Reply | null> {
    const { peer } = this.parts;
    if (!peer) return null;
    try {
      const body = method === 'GET' ? undefined : request.body;
      return await peer.raw(method, path + new URL(request.url).search, body, authorization ?? undefined);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.kind !== 'unavailable') throw thrown;
      return { status: 502, body: { message: thrown.message, code: thrown.code } };
    }
  }

  about(): Reply {
    return ok({ version: '1.4.0', auth_method: this.parts.access.dummyHeader === null ? 'Token' : 'dummy' });
  }

  config(): Reply {
    const { superusers, permissions } = this.parts.access;
    return ok({ permission_mapping: permissions.length === 0 ? null : mappingOf(permissions), superusers });
  }

  permissions(request: ApiRequest): Reply {
    const testcase = parametersOf(request).get('testcase');
    const { permissions } = this.parts.access;
    return ok(testcase ? permissionsFor(permissions, testcase) : permissions);
  }

  async waivers(request: ApiRequest): Promise<Reply> {
    const parameters = parametersOf(request);
    const filter = filterOf(Object.fromEntries(parameters));
    const wrong = wrongPeriod([filter]);
    if (wrong) return wrong;
    const obsoleteBy = isTrue(parameters.get('include_obsolete')) ? null : scopeOf;
    const rows = await findWaivers(this.parts.read, [filter], obsoleteBy);
    const limit = positive(parameters.get('limit'), defaultLimit);
    const page = positive(parameters.get('page'), 1);
    const last = Math.ceil(rows.length / limit);
    const link = (to: number): string => pageUrl(request.base, parameters, to);
    if (page > 1 && page > last) return ok({ data: [], prev: null, next: null, first: null, last: null });
    return ok({
      data: rows.slice((page - 1) * limit, page * limit).map(showWaiver),
      prev: page > 1 ? link(page - 1) : null,
      next: page < last ? link(page + 1) : null,
      first: link(1),
      last: link(last),
    });
  }

  async waiver(id: string): Promise<Reply> {
    if (!/^\d{1,12}$/.test(id)) {
      return notFound(
        'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
      );
    }
    const waiver = await this.parts.read.waivers.get(numberId(Number(id)));
    return waiver ? ok(showWaiver(waiver)) : notFound('Waiver not found');
  }

  async filtered(request: ApiRequest): Promise<Reply> {
    const body = jsonBody(request);
    if (!body) return notUnderstood();
    const given = body['filters'];
    if (given === undefined) return invalid([missingField('filters', body)]);
    if (!Array.isArray(given) || given.length === 0 || given.length > mostFilters) {
      const msg = `List should have at least 1 item and at most ${mostFilters}`;
      return invalid([{ type: 'too_short', loc: ['filters'], msg, input: given }]);
    }
    const filters = given.map((one: unknown) => filterOf(Object(one) as Record<string, unknown>));
    const wrong = wrongPeriod(filters);
    if (wrong) return wrong;
    const obsoleteBy = body['include_obsolete'] === true ? null : filteredScopeOf;
    return ok({ data: (await findWaivers(this.parts.read, filters, obsoleteBy)).map(showWaiver) });
  }

  /** Deprecated in WaiverDB, and still asked. */
  async bySubjects(request: ApiRequest): Promise<Reply> {
    const body = jsonBody(request);
    if (!body) return notUnderstood();
    const subjects = subjectFilters(body['results'] ?? []);
    if (subjects.problems.length > 0) return invalid(subjects.problems);
    const since = body['since'] ?? null;
    if (since !== null && typeof since !== 'string') return invalid([notString('since', since)]);
    const { product_version, username, proxied_by } = filterOf(body);
    const rest = withoutUndefined({ product_version, username, proxied_by, since: since ?? undefined });
    const wrong = wrongPeriod([rest]);
    if (wrong) return wrong;
    const filters = (subjects.filters.length === 0 ? [{}] : subjects.filters).map((one) => ({ ...one, ...rest }));
    const obsoleteBy = body['include_obsolete'] === true ? null : scopeOf;
    return ok({ data: (await findWaivers(this.parts.read, filters, obsoleteBy)).map(showWaiver) });
  }

  /** Takes one waiver or a list, all or none. */
  async post(request: ApiRequest, headers: Headers): Promise<Reply> {
    const reply = await this.record(request, headers);
    const { status, body } = reply;
    if (status === 401 || status === 403)
      this.parts.audit?.({ status, because: (body as { message?: unknown }).message });
    return reply;
  }

  private async record(request: ApiRequest, headers: Headers): Promise<Reply> {
    const user = identify(this.parts.access, headers);
    if (user.kind === 'nobody') return { status: 401, body: { message: user.message } };
    if (user.kind === 'reader') return forbidden(`the token of ${user.name} may only read`);
    if (request.body === null) return notUnderstood();
    const posted = postedWaivers(request.body);
    if (isReply(posted)) return posted;
    if (!areWaivers(posted)) return invalid(posted as Parameters<typeof invalid>[0]);
    const waivers: WaiverDraft[] = [];
    for (const one of posted) {
      const draft = await this.draftOf(one, user);
      if (isReply(draft)) return draft;
      waivers.push(draft);
    }
    if (waivers.length === 0) return created([]);
    const id = `waiverdb/${request.idempotencyKey ?? this.parts.newId()}`;
    const rows = (await this.parts.take({ type: 'waivers-posted', waivers }, { id, who: user.name })) as WaiverRow[];
    const shown = rows.map(showWaiver);
    return created(Array.isArray(request.body) ? shown : shown[0]);
  }

  private async draftOf(
    { subject, username, ...posted }: PostedWaiver,
    poster: { readonly name: string; readonly role: string | null },
  ): Promise<WaiverDraft | Reply> {
    const { access } = this.parts;
    if (username !== null && !access.superusers.includes(poster.name)) {
      return forbidden(`user ${poster.name} does not have the proxyuser ability`);
    }
    const about = 'result' in subject ? await this.aboutResult(subject.result) : { ...posted, ...subject };
    if (isReply(about)) return about;
    const user = username ?? poster.name;
    const testcase = about.testcase ?? '';
    if (!mayWaive(access, user, username === null ? poster.role : null, testcase)) {
      return forbidden(`User ${user} is not authorized to submit results for the test case ${testcase}`);
    }
    const { type, id, scenario } = about;
    const who = { username: user, proxied_by: username === null ? null : poster.name };
    return { ...posted, ...who, testcase, scenario, subject_type: type, subject_id: id };
  }

  /** WaiverDB before 0.6 named results. */
  private async aboutResult(number: number) {
    const result = number > 0 && number < 1e12 ? await this.parts.read.results.get(numberId(number)) : null;
    if (!result) return badRequest('Result id not found in Resultsdb');
    const { data, testcase } = result;
    const scenario = data['scenario']?.[0] ?? null;
    const nvr = data['original_spec_nvr']?.[0];
    if (nvr !== undefined) return { type: 'koji_build', id: nvr, testcase, scenario };
    const [type, item] = [data['type']?.[0], data['item']?.[0]];
    if (type === undefined || item === undefined) {
      return badRequest(
        'It is not possible to submit a waiver by id for this result. Please try again specifying a subject and a testcase.',
      );
    }
    return { type: type === 'brew-build' ? 'koji_build' : type, id: item, testcase, scenario };
  }
}
