import {
  answersFor,
  mayLackPolicy,
  policiesOf,
  summaryOf,
  type GreenwavePolicy,
  type GreenwaveSubject,
} from '../../domain/greenwave';
import { stampOf, type Stamp } from '../../domain/stamp';
import { term, type ResultRow, type WaiverRow } from '../../domain/state';
import { nameKeys, namesIn, sameType } from '../../domain/subject';
import { jsonBody, type ApiRequest } from '../http';
import type { BridgeRead } from '../read';
import { badRequest, isReply, notFound, ok, type Reply } from '../reply';
import { showResult } from '../resultsdb/show';
import { findWaivers, showWaiver, withoutObsolete } from '../waiverdb/find';
import { decisionRequest, type DecisionRequest } from './request';

/** Greenwave's decision over the gate policies of the releases: the rules of a request stand in for them. */
export class GreenwaveApi {
  constructor(
    private readonly read: BridgeRead,
    private readonly now: () => string = () => new Date().toISOString(),
  ) {}

  about(): Reply {
    return ok({ version: '2.3.0' });
  }

  async decision(request: ApiRequest): Promise<Reply> {
    const body = jsonBody(request);
    if (!body) return badRequest('Bad request');
    if (Object.keys(body).length === 0) return { status: 415, body: { message: 'No JSON payload in request' } };
    const wish = decisionRequest(body);
    if (isReply(wish)) return wish;
    const policies = await this.policies(wish);
    const lacking = wish.subjects.filter((subject, n) => policies[n]!.length === 0 && !mayLackPolicy(subject));
    if (wish.rules === null && lacking.length > 0) return noPolicies(wish, lacking);
    return this.decide(wish, policies, request.base);
  }

  private async policies(wish: DecisionRequest): Promise<readonly (readonly GreenwavePolicy[])[]> {
    if (wish.rules !== null) return wish.subjects.map(() => [{ id: '', rules: wish.rules! }]);
    const definitions = (await this.read.releases.where({})).map(({ definition }) => definition);
    return wish.subjects.map((subject) => policiesOf(definitions, subject, wish.productVersion, wish.contexts));
  }

  private async decide(
    wish: DecisionRequest,
    policies: readonly (readonly GreenwavePolicy[])[],
    base: string,
  ): Promise<Reply> {
    const facts = await Promise.all(wish.subjects.map((subject) => this.factsOf(subject, wish)));
    const when = wish.when ?? stampOf(this.now());
    const answers = wish.subjects.map((subject, n) => {
      const rules = policies[n]!.flatMap((policy) => policy.rules);
      return answersFor(subject, rules, facts[n]!.results, facts[n]!.waivers, when);
    });
    const satisfied = answers.flatMap((answer) => answer.satisfied);
    const unsatisfied = answers.flatMap((answer) => answer.unsatisfied);
    const resultsBase = base.replace(/\/greenwave\/api\/v1\.0$/, '/resultsdb/api/v2.0');
    return ok({
      policies_satisfied: unsatisfied.length === 0,
      summary: summaryOf(satisfied, unsatisfied),
      satisfied_requirements: satisfied,
      unsatisfied_requirements: unsatisfied,
      ...(wish.rules === null ? { applicable_policies: policies.flatMap((list) => list.map(({ id }) => id)) } : {}),
      ...(wish.verbose
        ? {
            results: await this.showResults(
              facts.flatMap(({ results }) => results),
              resultsBase,
            ),
            waivers: facts.flatMap(({ waivers }) => waivers.map(showWaiver)),
          }
        : {}),
    });
  }

  private async showResults(rows: readonly ResultRow[], base: string): Promise<readonly unknown[]> {
    const testcases = await this.read.testcases.getMany([...new Set(rows.map((row) => row.testcase))]);
    return rows.map((row) =>
      showResult(
        row,
        testcases.find(({ id }) => id === row.testcase),
        base,
      ),
    );
  }

  private async factsOf(
    subject: GreenwaveSubject,
    wish: DecisionRequest,
  ): Promise<{ readonly results: readonly ResultRow[]; readonly waivers: readonly WaiverRow[] }> {
    const rows = await this.read.results.where({}, { terms: [nameKeys.map((key) => term(key, subject.item))] });
    const results = rows.filter(
      (row) =>
        (row.data['type'] ?? []).some((type) => sameType(type, subject.type)) &&
        namesIn(row.data).includes(subject.item) &&
        !wish.ignoreResults.includes(row.number) &&
        isBefore(row.submit_time, wish.when),
    );
    const filter = {
      subject_type: subject.type,
      subject_identifier: subject.item,
      product_version: wish.productVersion,
    };
    const found = (await findWaivers(this.read, [filter])).filter(({ timestamp }) => isBefore(timestamp, wish.when));
    const current = withoutObsolete(found, ({ testcase, scenario }) => [testcase, scenario]);
    const waivers = current.filter(({ number, waived }) => waived && !wish.ignoreWaivers.includes(number));
    return { results, waivers };
  }
}

function isBefore(stamp: Stamp, when: Stamp | null): boolean {
  return when === null || stamp <= when;
}

function noPolicies(wish: DecisionRequest, lacking: readonly GreenwaveSubject[]): Reply {
  const types = [...new Set(lacking.map((subject) => subject.type))].sort().join(', ');
  const points = [...wish.contexts].sort().join(', ');
  return notFound(
    `Found no applicable policies for ${types} subjects at gating point(s) ${points} in ${wish.productVersion}`,
  );
}
