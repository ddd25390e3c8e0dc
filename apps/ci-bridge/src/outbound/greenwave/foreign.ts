import type { WorkKind } from '@millrace/engine';
import type { Decision, Greenwave, Requirement } from '@millrace/greenwave';
import type { ResultsDbClient } from '@millrace/resultsdb';
import type { Waiver, WaiverDb } from '@millrace/waiverdb';
import type { ForeignDecision, ForeignRequirement } from '../../domain/evidence';
import type { Input } from '../../domain/input';
import { parseStamp } from '../../domain/stamp';
import { numberId, type ResultRow, type WaiverRow } from '../../domain/state';
import { foreignResults } from '../resultsdb/foreign-results';

interface ForeignOrder {
  readonly verdict: string;
  readonly build: string;
  readonly subject_type: string;
  readonly subject_identifier: string;
  readonly product_version: string;
  readonly decision_context: string;
  /** What results are looked for by. */
  readonly keys: readonly string[];
  readonly names: readonly string[];
}

interface Told {
  readonly results: readonly ResultRow[] | null;
  readonly greenwave: ForeignDecision | null;
  readonly waivers: readonly WaiverRow[] | null;
}

/** Services of somebody else; null: that one is ours. */
export interface Peers {
  readonly greenwave: Greenwave | null;
  readonly waiverdb: WaiverDb | null;
  readonly resultsdb: ResultsDbClient | null;
}

/** Asks foreign services about a subject; that they are away is an outcome. */
export function foreignAsker({ greenwave, waiverdb, resultsdb }: Peers): WorkKind<ForeignOrder, Told, Input> {
  return {
    kind: 'foreign.ask',
    concurrency: 4,
    timeoutMs: 60_000,
    tries: 2,
    run: async ({ subject_type, subject_identifier, product_version, decision_context, keys, names }, { signal }) => {
      const about = { subject_type, subject_identifier, product_version };
      return {
        greenwave: greenwave && decisionOf(await greenwave.decide({ ...about, decision_context })),
        results: resultsdb && (await foreignResults(resultsdb, { keys, names }, signal)),
        waivers: waiverdb && (await waiverdb.filtered([about])).map(rowOf),
      };
    },
    toInput: ({ verdict, build }, outcome) => ({
      type: 'foreign-told',
      verdict,
      build,
      said: outcome.ok ? { kind: 'facts', ...outcome.value } : { kind: 'away', because: outcome.fault.message },
    }),
  };
}

function decisionOf(said: Awaited<ReturnType<Greenwave['decide']>>): ForeignDecision {
  if (!said.found) return { found: false, satisfied: false, summary: said.message, requirements: [] };
  const { policies_satisfied, summary, satisfied_requirements, unsatisfied_requirements }: Decision = said.decision;
  const requirements = [...unsatisfied_requirements, ...satisfied_requirements].slice(0, 1000).map(requirementOf);
  return { found: true, satisfied: policies_satisfied, summary: summary.slice(0, 500), requirements };
}

function requirementOf({ type, testcase, result_id, waiver_id }: Requirement): ForeignRequirement {
  return { type, testcase: (testcase ?? type).slice(0, 255), result: result_id ?? null, waiver: waiver_id ?? null };
}

function rowOf(waiver: Waiver): WaiverRow {
  return {
    id: numberId(waiver.id),
    revision: 0,
    number: waiver.id,
    subject_type: waiver.subject_type,
    subject_id: waiver.subject_identifier,
    testcase: waiver.testcase,
    scenario: waiver.scenario ?? null,
    product_version: waiver.product_version,
    username: waiver.username,
    proxied_by: waiver.proxied_by ?? null,
    comment: (waiver.comment ?? '').slice(0, 2000),
    waived: waiver.waived,
    timestamp: parseStamp(waiver.timestamp) ?? waiver.timestamp,
  };
}
