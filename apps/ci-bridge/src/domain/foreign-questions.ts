import { resultQueriesOf } from '@millrace/gate-policy';
import { doWork, later, type Effect, type Moment } from '@millrace/kernel';
import { catalogueId } from './catalogue';
import { subjectOf, type GateRules } from './gate';
import { namesOf } from './subject';
import type { State, VerdictRow } from './state';

/** Foreign services are asked again after this many milliseconds, for as long as a build is young. */
const againMs = 60_000;
/** What a result needs from here to the ResultsDB that is asked. */
const underWayMs = 1_500;
const youngMs = 7 * 86_400_000;

/** What is asked of foreign services about a verdict's subject. */
export function foreignQuestions(state: State, id: string, at: Moment): readonly Effect[] {
  const catalogue = state.catalogues.get(catalogueId);
  const verdict = state.verdicts.get(id);
  if (!verdict || !catalogue?.asks || catalogue.asks.length === 0) return [];
  const { type, item } = subjectOf({ types: catalogue.subjectTypes }, verdict);
  const order = {
    verdict: id,
    build: verdict.build,
    subject_type: type.id,
    subject_identifier: item,
    product_version: verdict.product_version,
    decision_context: verdict.decision_context,
    keys: [...new Set(resultQueriesOf({ type, item }).flatMap((query) => keysOf(query, item)))],
    names: namesOf(verdict.subject),
  };
  // What came in just now is on its way there.
  const notBefore = catalogue.asks.includes('resultsdb') ? later(at, underWayMs) : undefined;
  return [doWork('foreign.ask', `${id}|${at}`, order, notBefore)];
}

function keysOf(query: Readonly<Record<string, string>>, item: string): readonly string[] {
  return Object.entries(query).flatMap(([key, value]) => (value === item ? [key] : []));
}

export function nextAsking(rules: GateRules, verdict: VerdictRow, deadline: Moment | null, at: Moment): Moment | null {
  if (!rules.asks || later(verdict.askedAt, youngMs) < at) return deadline;
  const again = later(at, againMs);
  return deadline !== null && deadline < again ? deadline : again;
}
