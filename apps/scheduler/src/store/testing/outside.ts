import type { LandingAdapter } from '@millrace/build-systems';
import type { ImpactRebuild, ReleaseDefinition } from '@millrace/contracts';
import type { EndedBuild, Input, MadePlan, PlannedRebuild, SeenBuild } from '../../domain/input';
import { groupOf } from '../../domain/group-gate/rows';
import type { BuiltinCheck } from '../../domain/state';
import { placed } from '../../domain/paths';

/** What depends on what, and how builds and gates end: the outside of the scheduler, told as data. */
export interface Outside {
  /** Component -> what it needs. */
  readonly graph: Readonly<Record<string, readonly string[]>>;
  /** How attempt n of a component's build ends; complete when nothing is said. */
  readonly build?: (component: string, attempt: number) => 'complete' | 'failed' | 'infrastructure';
  readonly gate?: (component: string, attempt: number) => 'passed' | 'failed' | 'silent';
  /** What the gate says of the builds of a tier, or of all of a cascade (null). */
  readonly group?: (tier: number | null) => 'passed' | 'failed' | 'silent';
  /** A build that has not ended: only submitted, or taken by a builder. null: it ends. */
  readonly running?: (component: string) => 'submitted' | 'building' | null;
  /** A place takes what another cascade has landed only when a test says so. */
  readonly followsLate?: boolean;
  /** What joins the plan when a component is built. */
  readonly adds?: (component: string) => readonly string[];
  /** Planned components that lose something by a component's new build. */
  readonly breaks?: (component: string) => readonly string[];
  /** Planned only because of what they need: left out when nothing of that is lost. */
  readonly optional?: readonly string[];
  readonly definition?: Partial<ReleaseDefinition>;
  /** How builds come into the release; left out: closing the place is all. */
  readonly lands?: LandingAdapter;
  /** Checks of ours that a component's complete builds come with. */
  readonly checks?: (component: string) => readonly BuiltinCheck[];
  /** What nothing provides that a build requires, as the resolver sees it. */
  readonly unmet?: (component: string) => readonly string[];
}

export const base = { number: 1, address: 'file:///base/1', place: 'base' };
export const side = { number: 1, address: 'file:///side/1', place: 'side' };

export function verdict(build: string, decision: 'passed' | 'failed', verdictRevision: number): Input {
  const state = decision;
  const reasons = [{ test: 'millrace.run.functional', state, text: decision, result: 1, waiver: null, link: null }];
  return { type: 'verdict.decided', release: 'mill', build, decision, verdictRevision, reasons };
}

/** As the bus brings it: the gate's answer on a tier, or on all of a cascade. */
export function groupVerdict(
  { build, subject }: { readonly build: string; readonly subject: { readonly id: string } },
  decision: 'pending' | 'passed' | 'failed',
  verdictRevision: number,
): Input {
  const state = decision === 'pending' ? 'waiting' : decision;
  const reasons = [
    { test: 'mill.tier.functional', state, text: decision, result: 1, waiver: null, link: null },
  ] as const;
  const about = { ...groupOf(build)!, subject: subject.id };
  return { type: 'group.decided', release: 'mill', ...about, decision, verdictRevision, reasons };
}

export function endedBuild(
  build: string,
  component: string,
  how: 'complete' | 'failed' | 'infrastructure',
  attempt: number,
  more: { readonly status?: Partial<SeenBuild>; readonly inputs?: readonly string[] } = {},
): EndedBuild {
  const complete = how === 'complete';
  const nvr = `${component.split('/')[1]}-1-${attempt}.${build.length}`;
  const inputs = (more.inputs ?? []).map((ref) => ({
    nevra: ref,
    component: ref.split('|')[0]!,
    nvr: ref,
    build: ref.split('|')[1]!,
  }));
  const failure = { class: how === 'infrastructure' ? how : ('compile' as const), stage: 'build', summary: how };
  return {
    status: {
      ref: build,
      component,
      origin: 'cascade',
      cascade: null,
      state: complete ? 'complete' : 'failed',
      nvr,
      bootstrap: false,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:01.000Z',
      repository: `file:///candidates/${build}`,
      submittedBy: null,
      source: null,
      ...more.status,
    },
    contents: complete ? { component, nvr, build, packages: [], buildRequires: [], inputs } : null,
    evidence: complete ? null : { ...failure, tail: '', logs: [], signature: how },
    base: side,
    tag: 'mill-side',
  };
}

/** Orders members by their needs inside the set, as the resolver answers it. */
export function impactOf(graph: Outside['graph'], members: readonly string[]) {
  const inside = new Set(members.filter((one) => one in graph));
  const needsOf = (one: string): string[] => graph[one]!.filter((need) => inside.has(need));
  const tierOf = (one: string): number => Math.max(-1, ...needsOf(one).map(tierOf)) + 1;
  const rebuilds: ImpactRebuild[] = [...inside].map((component) => ({
    component,
    pass: 1,
    tier: tierOf(component),
    bootstrap: false,
    needs: needsOf(component).map((need) => ({ component: need, pass: 1 })),
    because: 'it changed',
  }));
  const unknown = members.filter((one) => !inside.has(one)).map((component) => ({ component, hint: 'no such one' }));
  const tiers = Math.max(0, ...rebuilds.map((one) => one.tier + 1));
  return { snapshot: 's-1', tiers, rebuilds, knots: [], unknown, likely: [], atMost: [] };
}

/** The parts and the head of a plan that is made of an answer. */
export function planOf(impact: ReturnType<typeof impactOf>): { parts: PlannedRebuild[]; plan: MadePlan } {
  const parts = placed(impact.rebuilds, () => 60_000).map((one) => ({
    ...one,
    source: null,
    knot: false,
    must: one.because,
    again: false,
  }));
  const { snapshot, tiers, unknown, likely, atMost } = impact;
  const roots = parts.filter((one) => one.tier === 0).map((one) => one.component);
  const cost = { work: parts.reduce((sum, one) => sum + one.expected, 0), disk: null };
  return { parts, plan: { snapshot, tiers, rebuilds: parts.length, roots, unknown, likely, atMost, cost } };
}

/** A release of RPMs that acts by itself. */
export function definitionOf() {
  return {
    release: 'mill',
    title: 'A mill',
    mode: 'act',
    product_version: 'mill-1',
    build_systems: { rpm: 'local-rpm' },
    sources: { rpm: { git: 'file:///git' } },
    gates: [{ id: 'rpms', rules: [] }],
    people: { ada: { mail: 'ada@mill.example' } },
    owners: [{ components: ['*'], people: ['ada'] }],
    releng: ['ada'],
    landing: 'automatic',
    canaries: { first: 0 },
  };
}
