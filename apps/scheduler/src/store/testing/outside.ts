import type { ReleaseDefinition } from '@millrace/contracts';
import type { EndedBuild, Input, MadePlan, SeenBuild } from '../../domain/input';

/** What depends on what, and how builds and gates end: the outside of the scheduler, told as data. */
export interface Outside {
  /** Component -> what it needs. */
  readonly graph: Readonly<Record<string, readonly string[]>>;
  /** How attempt n of a component's build ends; complete when nothing is said. */
  readonly build?: (component: string, attempt: number) => 'complete' | 'failed' | 'infrastructure';
  readonly gate?: (component: string, attempt: number) => 'passed' | 'failed' | 'silent';
  /** What joins the plan when a component is built. */
  readonly adds?: (component: string) => readonly string[];
  readonly definition?: Partial<ReleaseDefinition>;
}

export const base = { number: 1, address: 'file:///base/1', place: 'base' };
export const side = { number: 1, address: 'file:///side/1', place: 'side' };

export function verdict(build: string, decision: 'passed' | 'failed', verdictRevision: number): Input {
  const state = decision;
  const reasons = [{ test: 'millrace.run.functional', state, text: decision, result: 1, waiver: null, link: null }];
  return { type: 'verdict.decided', release: 'mill', build, decision, verdictRevision, reasons };
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
  };
}

/** Orders members by their needs inside the set. */
export function planOf(graph: Outside['graph'], members: readonly string[]): MadePlan {
  const inside = new Set(members.filter((one) => one in graph));
  const needsOf = (one: string): string[] => graph[one]!.filter((need) => inside.has(need));
  const tierOf = (one: string): number => Math.max(-1, ...needsOf(one).map(tierOf)) + 1;
  const rebuilds = [...inside].map((component) => ({
    component,
    pass: 1,
    tier: tierOf(component),
    bootstrap: false,
    needs: needsOf(component).map((need) => ({ component: need, pass: 1 })),
    because: 'it changed',
  }));
  const unknown = members.filter((one) => !inside.has(one)).map((component) => ({ component, hint: 'no such one' }));
  const tiers = Math.max(0, ...rebuilds.map((one) => one.tier + 1));
  return { snapshot: 's-1', tiers, rebuilds, knots: [], unknown, likely: [], atMost: [], sources: {} };
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
  };
}
