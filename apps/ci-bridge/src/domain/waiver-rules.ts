import { builtinPrefix, durationMs } from '@millrace/contracts';
import { later, refuse, type DecideContext, type Refusal } from '@millrace/kernel';
import { catalogueId, emptyCatalogue } from './catalogue';
import { holdTest } from './evaluate';
import { gateRules, requirementsOf } from './gate';
import type { WaiverDraft } from './input';
import { stampOf } from './stamp';
import type { State, VerdictRow } from './state';

/** What the policies ask of a waiver of this test; one without an end gets the longest that is allowed. */
export function underRules(
  state: State,
  draft: WaiverDraft,
  about: readonly VerdictRow[],
  { at }: DecideContext,
): WaiverDraft | Refusal {
  const rules = about.flatMap((verdict) => rulesAbout(state, verdict, draft.testcase));
  if (!draft.waived) return draft;
  if (draft.ticket === null && rules.some(({ ticket }) => ticket)) {
    return refuse('ticket-missing', `a waiver of ${draft.testcase} must name a ticket`, 'give one with --ticket');
  }
  if (rules.some(({ scopes }) => !scopes.includes(draft.scope))) {
    const because = `a waiver of ${draft.testcase} may not hold for the whole ${draft.scope}`;
    return refuse('scope-refused', because, 'waive it for the build alone, or ask for another policy');
  }
  const ends = rules.flatMap(({ longest }) => longest ?? []).map((text) => stampOf(later(at, durationMs(text))));
  const end = [...ends].sort()[0] ?? null;
  const expires_at = end !== null && (draft.expires_at === null || draft.expires_at > end) ? end : draft.expires_at;
  return { ...draft, expires_at };
}

function rulesAbout(state: State, verdict: VerdictRow, test: string) {
  const release = state.releases.get(verdict.release);
  if (!release) return [];
  const rules = gateRules(release.definition, state.catalogues.get(catalogueId) ?? emptyCatalogue, verdict);
  const asking = requirementsOf(rules, verdict).filter((requirement) => requirement.test === test);
  // Of a build that no test is required of each gate that speaks about it asks.
  const isAskedByAll = test === holdTest || (asking.length === 0 && test.startsWith(builtinPrefix));
  return rules.gates
    .filter((gate) => isAskedByAll || asking.some(({ policies }) => asks(gate, policies)))
    .flatMap((gate) => gate.waivers ?? []);
}

function asks(
  gate: { readonly id: string; readonly policies?: readonly string[] | undefined },
  policies: readonly string[],
) {
  return policies.includes(gate.id) || (gate.policies ?? []).some((name) => policies.includes(name));
}

/** The tests that may be waived: those that are required, or what holds a build that none is required of. */
export function requiredTests(state: State, about: readonly VerdictRow[]): readonly string[] {
  const tests = about.flatMap((verdict) => {
    const release = state.releases.get(verdict.release);
    if (!release) return [];
    const rules = gateRules(release.definition, state.catalogues.get(catalogueId) ?? emptyCatalogue, verdict);
    const asked = requirementsOf(rules, verdict).map(({ test }) => test);
    return asked.length > 0 ? asked : verdict.answer.reasons.map(({ test }) => test).filter((test) => test !== '-');
  });
  return [...new Set(tests)];
}
