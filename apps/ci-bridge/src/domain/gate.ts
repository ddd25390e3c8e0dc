import { durationMs, globMatches, whenNoTestsOf, type GatePolicy, type ReleaseDefinition } from '@millrace/contracts';
import {
  holdsFor,
  rulesOf,
  subjectTypeOf,
  type Policy,
  type Question,
  type RemoteFile,
  type RemoteRule,
  type Subject,
  type SubjectType,
} from '@millrace/gate-policy';
import { later, parseComponentId, type Moment } from '@millrace/kernel';
import type { Catalogue, ForeignService, RerunBudget } from './catalogue';
import type { RemoteFound } from './evidence';
import { remoteKey, type VerdictRow } from './state';
import { sameType } from './subject';

export type WhenNoTests = 'pass' | 'builtin' | 'hold';

/** All that is asked of a subject at its decision context: of the release's gates, and of Greenwave's policies. */
export interface GateRules {
  readonly gates: readonly GatePolicy[];
  /** Policies of Greenwave's files that the gates name, and their subject types. */
  readonly named: readonly Policy[];
  readonly types: readonly SubjectType[];
  /** Names that no file has. */
  readonly unknown: readonly string[];
  readonly whenNoTests: WhenNoTests;
  /** Who is asked instead of what stands here; left out: nobody. */
  readonly asks?: readonly ForeignService[];
  /** New runs that CIs are asked for where no rule says how many; left out: none. */
  readonly reruns?: readonly RerunBudget[];
}

/** A test that must pass, whoever of the policies asks for it. */
export interface Requirement {
  readonly test: string;
  /** null: every scenario that is reported. */
  readonly scenario: string | null;
  readonly deadline: Moment;
  /** Milliseconds that the test is given. */
  readonly allowed: number;
  readonly policies: readonly string[];
  /** Glob on who must report; null: anybody. */
  readonly reporter: string | null;
  /** New runs that may be asked for when the CI could not run it; null: as many as are usual with that CI. */
  readonly reruns: number | null;
  readonly usualReruns: readonly RerunBudget[];
  /** A waiver helps when two different people have waived. */
  readonly twoPersons: boolean;
}

/** The gate policies of a release that speak about a subject at its decision context. */
function policiesFor(definition: ReleaseDefinition, verdict: VerdictRow): readonly GatePolicy[] {
  const scope = verdict.scope ?? 'rebuild';
  const gates = definition.gates.filter(
    (policy) => policy.decision_context === verdict.decision_context && (policy.scope ?? 'rebuild') === scope,
  );
  if (scope !== 'rebuild') return gates.filter((policy) => holdsOneOf(policy, verdict.group));
  return gates.filter(
    (policy) =>
      policy.subject_types.some((type) => sameType(type, verdict.subject.type)) && isNamed(policy, verdict.component),
  );
}

/** A tier or a cascade is looked at for any of its builds; one that is too large to be listed, always. */
function holdsOneOf(policy: GatePolicy, group: VerdictRow['group']): boolean {
  return group === null || group.some(({ component }) => isNamed(policy, component));
}

function isNamed({ packages, excluded_packages }: GatePolicy, component: string): boolean {
  const { name } = parseComponentId(component);
  const isIn = (globs: readonly string[]): boolean => globs.some((glob) => globMatches(glob, name));
  return isIn(packages) && !isIn(excluded_packages);
}

const strictness: readonly WhenNoTests[] = ['pass', 'builtin', 'hold'];

export function gateRules(definition: ReleaseDefinition, catalogue: Catalogue, verdict: VerdictRow): GateRules {
  const gates = policiesFor(definition, verdict);
  const names = [...new Set(gates.flatMap((gate) => gate.policies ?? []))];
  const named = catalogue.policies.filter(({ id }) => id !== null && names.includes(id));
  const types = named.length === 0 ? [] : catalogue.subjectTypes;
  const said = gates.flatMap((gate) => gate.when_no_tests ?? []);
  const strictest = [...said].sort((a, b) => strictness.indexOf(b) - strictness.indexOf(a))[0];
  return {
    gates,
    named,
    types,
    unknown: names.filter((name) => !named.some(({ id }) => id === name)),
    whenNoTests: whenNoTestsOf(definition, verdict.component) ?? strictest ?? definition.when_no_tests ?? 'builtin',
    ...(catalogue.asks && catalogue.asks.length > 0 ? { asks: catalogue.asks } : {}),
    ...(catalogue.reruns && catalogue.reruns.length > 0 ? { reruns: catalogue.reruns } : {}),
  };
}

/** What a test of Greenwave's files is given; they have no deadlines. */
const usualDeadline = '2h';

interface Asked {
  readonly test: string;
  readonly scenario: string | null;
  readonly deadline: string;
  readonly policy: string;
  readonly reporter: string | null;
  readonly reruns: number | null;
  readonly gate: GatePolicy | null;
}

/** What the policies require, each test once; when two give different deadlines, the shorter counts. */
export function requirementsOf(rules: GateRules, verdict: VerdictRow): readonly Requirement[] {
  // One place where a verdict comes from: where Greenwave is asked, its policies are the policies.
  if (rules.asks?.includes('greenwave')) return [];
  const found = new Map<string, Requirement>();
  for (const asked of [...askedByGates(rules.gates), ...askedByNamed(rules, verdict)]) {
    const key = `${asked.test}|${asked.scenario ?? ''}`;
    const before = found.get(key);
    const allowed = Math.min(durationMs(asked.deadline), before?.allowed ?? Infinity);
    found.set(key, {
      test: asked.test,
      scenario: asked.scenario,
      deadline: later(verdict.askedAt, allowed),
      allowed,
      policies: [...new Set([...(before?.policies ?? []), asked.policy])],
      reporter: before?.reporter ?? asked.reporter,
      reruns: mostOf(asked.reruns, before?.reruns ?? null),
      usualReruns: rules.reruns ?? [],
      twoPersons: (before?.twoPersons ?? false) || (asked.gate?.waivers?.two_persons ?? false),
    });
  }
  return [...found.values()];
}

function mostOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function askedByGates(gates: readonly GatePolicy[]): readonly Asked[] {
  return gates.flatMap((gate) =>
    gate.rules.map(({ test, scenario = null, deadline, reporter = null, reruns = null }) => ({
      ...{ test, scenario, deadline, reporter, reruns },
      policy: gate.id,
      gate,
    })),
  );
}

function askedByNamed(rules: GateRules, verdict: VerdictRow): readonly Asked[] {
  const question = questionOf(rules, verdict);
  const remote = (rule: RemoteRule): RemoteFile => {
    const found = verdict.remote?.[remoteKey(rule)];
    return found?.kind === 'file' ? found.file : { kind: 'unsupported' };
  };
  return rulesOf(rules.named, question, remote)
    .filter(({ rule }) => holdsFor(rule, verdict.since))
    .map(({ rule: { testcase, scenario }, policy }) => ({
      test: testcase,
      scenario,
      deadline: usualDeadline,
      policy,
      reporter: null,
      reruns: null,
      gate: rules.gates.find((gate) => gate.policies?.includes(policy)) ?? null,
    }));
}

/** Naming a policy asks for it whatever its contexts; files behind it must share one of its own. */
function questionOf(rules: GateRules, verdict: VerdictRow): Question {
  return {
    subject: subjectOf(rules, verdict),
    productVersion: verdict.product_version,
    contexts: [...new Set([verdict.decision_context, ...rules.named.flatMap((policy) => policy.contexts)])],
    onDemand: false,
  };
}

/** The subject as Greenwave's policies see it: by its NVR, without a draft's build behind `@`. */
export function subjectOf(rules: Pick<GateRules, 'types'>, { subject }: VerdictRow): Subject {
  const type = rules.types.find(({ id }) => sameType(id, subject.type)) ?? subjectTypeOf(subject.type, rules.types);
  return { type, item: subject.id.replace(/@[^@]*$/, '') };
}

/** The remote rules of the named policies, and what is known of each. */
export function remoteRulesOf(
  rules: GateRules,
  verdict: VerdictRow,
): readonly { readonly rule: RemoteRule; readonly policy: string; readonly found: RemoteFound | null }[] {
  if (rules.asks?.includes('greenwave')) return [];
  return rules.named.flatMap((policy) =>
    policy.rules.flatMap((rule) =>
      rule.kind === 'RemoteRule'
        ? [{ rule, policy: policy.id ?? 'untitled', found: verdict.remote?.[remoteKey(rule)] ?? null }]
        : [],
    ),
  );
}
