import { durationMs, globMatches, type GatePolicy, type ReleaseDefinition } from '@millrace/contracts';
import { later, parseComponentId, type Moment } from '@millrace/kernel';
import type { VerdictRow } from './state';
import { sameType } from './subject';

/** A test that must pass, whoever of the policies asks for it. */
export interface Requirement {
  readonly test: string;
  /** null: every scenario that is reported. */
  readonly scenario: string | null;
  readonly deadline: Moment;
  /** Milliseconds that the test is given. */
  readonly allowed: number;
  readonly policies: readonly string[];
}

/** The gate policies of a release that speak about a subject at its decision context. */
export function policiesFor(definition: ReleaseDefinition, verdict: VerdictRow): readonly GatePolicy[] {
  const { name } = parseComponentId(verdict.component);
  return definition.gates.filter(
    (policy) =>
      policy.decision_context === verdict.decision_context &&
      policy.subject_types.some((type) => sameType(type, verdict.subject.type)) &&
      policy.packages.some((glob) => globMatches(glob, name)) &&
      !policy.excluded_packages.some((glob) => globMatches(glob, name)),
  );
}

/** What the policies require, each test once; when two give different deadlines, the shorter counts. */
export function requirementsOf(policies: readonly GatePolicy[], askedAt: Moment): readonly Requirement[] {
  const found = new Map<string, Requirement>();
  for (const policy of policies) {
    for (const rule of policy.rules) {
      const key = `${rule.test}|${rule.scenario ?? ''}`;
      const before = found.get(key);
      const allowed = Math.min(durationMs(rule.deadline), before?.allowed ?? Infinity);
      found.set(key, {
        test: rule.test,
        scenario: rule.scenario ?? null,
        deadline: later(askedAt, allowed),
        allowed,
        policies: [...(before?.policies ?? []), policy.id],
      });
    }
  }
  return [...found.values()];
}
