import { randomUUID } from 'node:crypto';
import type { Filter } from '@millrace/store';
import { AppError } from '@millrace/kernel';
import type { Input } from '../../domain/input';
import { numberId, type GroupRow, type ResultRow, type TestcaseRow } from '../../domain/state';
import { jsonBody, parametersOf, type ApiRequest } from '../http';
import { poster, type Access, type Poster } from '../access';
import type { BridgeRead } from '../read';
import { groupOf, resultOf, testcaseBody } from './bodies';
import { findLatest, findResults, pageOf, scan } from './find';
import { hasFilter, list, parsePage, parseResultsQuery, type Page } from './query';
import { badRequest, created, invalid, isReply, notFound, ok, type Problem, type Reply } from '../reply';
import { showGroup, showPage, showResult, showTestcase } from './show';
import { wildcardMatches } from './wildcard';

export interface ApiParts {
  readonly read: BridgeRead;
  readonly take: (input: Input, meta: { readonly id: string; readonly who: string }) => Promise<unknown>;
  /** Every outcome that a result may have. */
  readonly outcomes: readonly string[];
  readonly access: Access;
  /** A ResultsDB of somebody else whose results are shown instead of ours; null or left out: ours are. */
  readonly peer?: { raw(pathAndQuery: string): Promise<Reply> } | null;
  /** Bytes of a body that are taken. */
  readonly largest?: number;
}

/** Who posts without a token, on loopback. */
const anybody = 'resultsdb-client';

/** ResultsDB's API v2.0, answer for answer. */
export class ResultsDbApi {
  constructor(readonly parts: ApiParts) {}

  /** What the ResultsDB that is asked instead answers to a question; null: ours answers. */
  async handOn(path: string, request: ApiRequest): Promise<Reply | null> {
    const { peer } = this.parts;
    if (!peer) return null;
    try {
      return await peer.raw(path + new URL(request.url).search);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.kind !== 'unavailable') throw thrown;
      return { status: 502, body: { message: thrown.message, code: thrown.code } };
    }
  }

  landing({ base }: ApiRequest): Reply {
    const body = {
      message: "Everything is fine: these are results in ResultsDB's form, kept by Millrace's ci-bridge.",
      documentation: 'https://github.com/release-engineering/resultsdb',
      groups: `${base}/groups`,
      results: `${base}/results`,
      testcases: `${base}/testcases`,
      outcomes: this.parts.outcomes,
    };
    return { status: 300, body };
  }

  async healthcheck(): Promise<Reply> {
    try {
      await this.parts.read.counters.get('results');
      return ok({ message: 'Health check OK' });
    } catch {
      return { status: 503, body: { message: 'Unable to communicate with database' } };
    }
  }

  async results(
    request: ApiRequest,
    only: { groups?: readonly string[]; testcases?: readonly string[] } = {},
  ): Promise<Reply> {
    const query = parseResultsQuery(parametersOf(request), this.parts.outcomes);
    if (isReply(query)) return query;
    const wanted = { ...query, ...only };
    const rows = await findResults(this.parts.read, wanted);
    const shown = await this.showAll(rows, request.base);
    return ok(showPage(shown, wanted, request.url, (result) => result));
  }

  async latest(request: ApiRequest): Promise<Reply> {
    const parameters = parametersOf(request);
    // These narrow the list of results only.
    for (const name of ['outcome', 'page', 'limit']) parameters.delete(name);
    const query = parseResultsQuery(parameters, this.parts.outcomes);
    if (isReply(query)) return query;
    if (query.distinctOn.length > 0 && !hasFilter(query)) {
      return badRequest("Please, provide at least one filter beside '_distinct_on'");
    }
    return ok({ data: await this.showAll(await findLatest(this.parts.read, query), request.base) });
  }

  async result({ base }: ApiRequest, id: string): Promise<Reply> {
    const result = /^\d{1,12}$/.test(id) ? await this.parts.read.results.get(numberId(Number(id))) : null;
    if (!result) return notFound('Result not found');
    return ok((await this.showAll([result], base))[0]);
  }

  async postResult(request: ApiRequest): Promise<Reply> {
    const who = this.posterOf(request);
    if (isReply(who)) return who;
    const key = request.idempotencyKey ?? randomUUID();
    const body = jsonBody(request);
    const draft =
      body &&
      resultOf(body, this.parts.outcomes, request.idempotencyKey === null ? null : `http:${request.idempotencyKey}`);
    if (!draft) return badRequest('Bad request');
    if (isReply(draft)) return draft;
    const reply = await this.parts.take({ type: 'result-reported', draft }, { id: `result/${key}`, who: who.name });
    const { result, testcase } = reply as { result: ResultRow; testcase: TestcaseRow };
    return created(showResult(result, testcase, request.base));
  }

  async groups(request: ApiRequest): Promise<Reply> {
    const parameters = parametersOf(request);
    const problems: Problem[] = [];
    const page = parsePage(parameters, problems);
    if (problems.length > 0) return invalid(problems);
    const uuids = list(parameters, 'uuid');
    const exact = list(parameters, 'description');
    const like = exact.length > 0 ? [] : list(parameters, 'description:like');
    const matches = (group: GroupRow): boolean =>
      (uuids.length === 0 || uuids.includes(group.id)) &&
      (exact.length === 0 || exact.includes(group.description ?? '')) &&
      (like.length === 0 || like.some((pattern) => wildcardMatches(pattern, group.description ?? '')));
    const filter: Filter = uuids.length > 0 ? { id: uuids } : {};
    const found = await scan(this.parts.read.groups, filter, { orderBy: '-number' }, matches, upTo(page));
    return ok(showPage(pageOf(found, page), page, request.url, (group) => showGroup(group, request.base)));
  }

  async group({ base }: ApiRequest, uuid: string): Promise<Reply> {
    const group = await this.parts.read.groups.get(uuid);
    return group ? ok(showGroup(group, base)) : notFound('Group not found');
  }

  async groupResults(request: ApiRequest, uuid: string): Promise<Reply> {
    const group = await this.parts.read.groups.get(uuid);
    return group ? this.results(request, { groups: [uuid] }) : notFound(`Group not found: ${uuid.slice(0, 255)}`);
  }

  async postGroup(request: ApiRequest): Promise<Reply> {
    const who = this.posterOf(request);
    if (isReply(who)) return who;
    const body = jsonBody(request);
    const group = body && groupOf(body);
    if (!group) return badRequest('Bad request');
    if (isReply(group)) return group;
    const id = `group/${request.idempotencyKey ?? randomUUID()}`;
    return created(
      showGroup(
        (await this.parts.take({ type: 'group-posted', group }, { id, who: who.name })) as GroupRow,
        request.base,
      ),
    );
  }

  async testcases(request: ApiRequest): Promise<Reply> {
    const parameters = parametersOf(request);
    const problems: Problem[] = [];
    const page = parsePage(parameters, problems);
    if (problems.length > 0) return invalid(problems);
    const names = list(parameters, 'name');
    const like = names.length > 0 ? [] : list(parameters, 'name:like');
    const matches = ({ id }: TestcaseRow): boolean =>
      like.length === 0 || like.some((pattern) => wildcardMatches(pattern, id));
    const filter: Filter = names.length > 0 ? { id: names } : {};
    const found = await scan(this.parts.read.testcases, filter, { orderBy: 'id' }, matches, upTo(page));
    return ok(showPage(pageOf(found, page), page, request.url, (testcase) => showTestcase(testcase, request.base)));
  }

  /** Names have slashes of their own: `path` is all that stands behind `testcases/`. */
  async testcase(request: ApiRequest, path: string): Promise<Reply> {
    const ofResults = path.endsWith('/results');
    const name = ofResults ? path.slice(0, -'/results'.length) : path;
    const testcase = await this.parts.read.testcases.get(name);
    if (!testcase) return notFound('Testcase not found');
    return ofResults ? this.results(request, { testcases: [name] }) : ok(showTestcase(testcase, request.base));
  }

  async postTestcase(request: ApiRequest): Promise<Reply> {
    const who = this.posterOf(request);
    if (isReply(who)) return who;
    const body = jsonBody(request);
    const testcase = body && testcaseBody(body);
    if (!testcase) return badRequest('Bad request');
    if (isReply(testcase)) return testcase;
    const id = `testcase/${request.idempotencyKey ?? randomUUID()}`;
    const kept = await this.parts.take({ type: 'testcase-posted', ...testcase }, { id, who: who.name });
    return created(showTestcase(kept as TestcaseRow, request.base));
  }

  private posterOf({ token, url }: ApiRequest): Poster | Reply {
    const who = poster(this.parts.access, token, anybody);
    if (isReply(who)) this.parts.access.audit?.({ url, status: who.status });
    return who;
  }

  private async showAll(rows: readonly ResultRow[], base: string) {
    const names = [...new Set(rows.map((row) => row.testcase))];
    const testcases = new Map((await this.parts.read.testcases.getMany(names)).map((row) => [row.id, row]));
    return rows.map((row) => showResult(row, testcases.get(row.testcase), base));
  }
}

function upTo({ page, limit }: Page): number {
  return (page + 1) * limit + 1;
}
