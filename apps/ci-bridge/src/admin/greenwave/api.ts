import {
  checkPolicies,
  isApplicable,
  isSatisfied,
  readRemotePolicies,
  rulesOf,
  showPolicy,
  showSubjectType,
  summaryOf,
  waiveAnswers,
  type Answer,
  type Policy,
  type Question,
  type RemoteFile,
  type RemoteRule,
  type Subject,
} from '@millrace/gate-policy';
import type { Moment } from '@millrace/kernel';
import { catalogueId, emptyCatalogue, policiesOfReleases, type Catalogue } from '../../domain/catalogue';
import { stampOf } from '../../domain/stamp';
import type { ResultRow, WaiverRow } from '../../domain/state';
import { jsonBody, type ApiRequest } from '../http';
import type { BridgeRead } from '../read';
import { badRequest, isReply, notUnderstood, ok, type Reply } from '../reply';
import { showResult } from '../resultsdb/show';
import { showWaiver } from '../waiverdb/find';
import { resultsFor, waiversFor, type ResultSource } from './facts';
import { noJson, noPolicies, upstreamFault } from './refusals';
import { decisionRequest, type DecisionRequest } from './request';

/** What is outside of our own store: files of remote rules, and Koji. */
export interface GreenwaveOutside {
  fileOf(rule: RemoteRule, subject: Subject): Promise<RemoteFile>;
  madeAt(subject: Subject): Promise<Moment | null>;
}

export interface GreenwavePeer {
  raw(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply>;
}

export interface GreenwaveParts {
  readonly read: BridgeRead;
  readonly results: ResultSource;
  readonly outside: GreenwaveOutside;
  /** A Greenwave of somebody else that decides instead; null: we do. */
  readonly peer: GreenwavePeer | null;
  readonly kojiUrl: string | null;
  readonly remoteRulePolicies: Readonly<Record<string, readonly string[]>>;
  readonly now?: () => Moment;
}

interface Asked {
  readonly question: Question;
  readonly policies: readonly Policy[];
}

interface Judged {
  readonly answers: readonly Answer[];
  readonly results: readonly ResultRow[];
  readonly waivers: readonly WaiverRow[];
}

/** Greenwave's API over the policies of the folders and the gates of the releases. */
export class GreenwaveApi {
  constructor(private readonly parts: GreenwaveParts) {}

  about(): Reply {
    return ok({ version: '2.3.0' });
  }

  landing(request: ApiRequest): Reply {
    const origin = request.base.replace(/\/greenwave(\/api\/v1\.0)?$/, '');
    return ok({
      documentation: 'https://gating-greenwave.readthedocs.io',
      api_v1: `${origin}/greenwave/api/v1.0`,
      resultsdb_api: `${origin}/resultsdb/api/v2.0`,
      waiverdb_api: `${origin}/waiverdb/api/v1.0`,
      koji_api: this.parts.kojiUrl,
      outcomes_passed: ['PASSED', 'INFO'],
      outcomes_error: ['ERROR'],
      outcomes_incomplete: ['QUEUED', 'RUNNING'],
      remote_rule_policies: this.parts.remoteRulePolicies,
    });
  }

  async policies(): Promise<Reply> {
    return ok({ policies: (await this.catalogue()).policies.map(showPolicy) });
  }

  async subjectTypes(): Promise<Reply> {
    const types = (await this.catalogue()).subjectTypes.map(showSubjectType);
    return ok({ subject_types: types.sort((a, b) => (a.id < b.id ? -1 : 1)) });
  }

  /** The file is the body, as it is. */
  async validate(text: string): Promise<Reply> {
    const { policies, problems } = readRemotePolicies(text, null);
    const [problem] = problems;
    if (problem) return { status: 400, body: problem };
    if (policies.length === 0) return badRequest('No policies defined');
    const known = (await this.catalogue()).policies.flatMap((policy) => policy.contexts);
    const contexts = policies.flatMap((policy) => policy.contexts).filter((context) => !known.includes(context));
    if (contexts.length === 0) return ok({ message: 'All OK' });
    const missing = [...new Set(contexts)].sort().join(', ');
    const advice = 'Please change your policy so that it will match a decision context in the parent policies.';
    const message = `Greenwave could not find a parent policy(ies) for following decision context(s): ${missing}. ${advice}`;
    return ok({ message });
  }

  async decision(request: ApiRequest): Promise<Reply> {
    if (request.body === null || typeof request.body !== 'object') return noJson(request);
    if (Object.keys(request.body).length === 0) return { status: 415, body: { message: 'No JSON payload in request' } };
    const body = jsonBody(request);
    if (!body) return notUnderstood();
    const { peer } = this.parts;
    if (peer) return peer.raw('POST', '/decision', body).catch(upstreamFault);
    // Rules that come with the question stand alone.
    const catalogue = await (body['rules'] ? this.files() : this.catalogue());
    const wish = decisionRequest(body, catalogue.subjectTypes);
    if (isReply(wish)) return wish;
    const asked = wish.subjects.map((subject) => ask(wish, subject, catalogue.policies));
    const lacking = asked.find(({ policies, question }) => policies.length === 0 && !mayLack(question));
    if (lacking) return noPolicies(wish, lacking.question.subject);
    try {
      const judged: Judged[] = [];
      for (const one of asked) if (one.policies.length > 0) judged.push(await this.judge(wish, one));
      return ok(await this.show(wish, asked, judged, request.base));
    } catch (thrown) {
      return upstreamFault(thrown);
    }
  }

  private async judge(wish: DecisionRequest, { question, policies }: Asked): Promise<Judged> {
    const { read, outside } = this.parts;
    const { subject } = question;
    const now = this.now();
    const files = new Map<RemoteRule, RemoteFile>();
    for (const rule of policies.flatMap((policy) => policy.rules)) {
      if (rule.kind === 'RemoteRule') files.set(rule, await outside.fileOf(rule, subject));
    }
    const remote = (rule: RemoteRule): RemoteFile => files.get(rule) ?? { kind: 'unsupported' };
    const rules = rulesOf(policies, question, remote).map(({ rule }) => rule);
    const timed = rules.some((rule) => rule.validSince !== null || rule.validUntil !== null);
    const madeAt = (timed ? await outside.madeAt(subject) : null) ?? now;
    const tests = wish.verbose ? null : rules.map((rule) => rule.testcase);
    const results = await resultsFor(this.parts.results, subject, tests, wish);
    const checked = checkPolicies(policies, question, { latest: results, remote, madeAt });
    const needed = wish.verbose || !checked.every(isSatisfied);
    const waivers = needed ? await waiversFor(read, subject, wish, stampOf(now)) : [];
    return { answers: waiveAnswers(checked, waivers), results, waivers };
  }

  private async show(wish: DecisionRequest, asked: readonly Asked[], judged: readonly Judged[], base: string) {
    const answers = judged.flatMap((one) => one.answers);
    const applicable_policies = asked.flatMap(({ policies }) => policies.map(({ id }) => id));
    return {
      policies_satisfied: answers.every(isSatisfied),
      summary: summaryOf(answers),
      satisfied_requirements: answers.filter(isSatisfied).map(({ requirement }) => requirement),
      unsatisfied_requirements: answers.filter((answer) => !isSatisfied(answer)).map(({ requirement }) => requirement),
      ...(wish.onDemand === null ? { applicable_policies } : {}),
      ...(wish.verbose ? await this.facts(judged, base) : {}),
    };
  }

  private async facts(judged: readonly Judged[], base: string) {
    const results = onceEach(judged.flatMap((one) => one.results));
    const waivers = onceEach(judged.flatMap((one) => one.waivers));
    const testcases = await this.parts.read.testcases.getMany([...new Set(results.map((row) => row.testcase))]);
    const named = new Map(testcases.map((row) => [row.id, row]));
    const resultsBase = base.replace(/\/greenwave\/api\/v1\.0$/, '/resultsdb/api/v2.0');
    return {
      results: results.map((row) => showResult(row, named.get(row.testcase), resultsBase)),
      waivers: [...waivers].sort((a, b) => b.number - a.number).map(showWaiver),
    };
  }

  /** What is known now: the policies of the folders first, then those of the releases. */
  private async catalogue(): Promise<Catalogue> {
    const { policies, subjectTypes } = await this.files();
    const definitions = (await this.parts.read.releases.where({})).map(({ definition }) => definition);
    return { policies: [...policies, ...policiesOfReleases(definitions, subjectTypes)], subjectTypes };
  }

  private async files(): Promise<Catalogue> {
    return (await this.parts.read.catalogues.get(catalogueId)) ?? emptyCatalogue;
  }

  private now(): Moment {
    return this.parts.now?.() ?? new Date().toISOString();
  }
}

function ask(wish: DecisionRequest, subject: Subject, policies: readonly Policy[]): Asked {
  const { productVersion, contexts, onDemand } = wish;
  const question = { subject, productVersion, contexts, onDemand: onDemand !== null };
  return { question, policies: (onDemand ? [onDemand] : policies).filter((policy) => isApplicable(policy, question)) };
}

function mayLack({ subject }: Question): boolean {
  return subject.type.ignoreMissingPolicy;
}

function onceEach<Row extends { readonly number: number }>(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.number, row])).values()];
}
