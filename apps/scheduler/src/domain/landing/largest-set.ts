import type { LandingFinding } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { RebuildRow } from '../state';
import { componentOfId, retryCommand } from '../words';
import type { Staying } from './landing-rows';

/** A component of a cascade whose newest build may land. */
export interface Candidate {
  readonly component: ComponentId;
  readonly build: string;
  readonly nvr: string;
  readonly system: string;
  readonly tier: number;
  readonly contents: string | null;
}

/** A cascade's rebuilds as landing looks at them. */
export interface LandingScene {
  readonly candidates: readonly Candidate[];
  /** What keeps components from landing, by the cascade's own rows. */
  readonly findings: readonly LandingFinding[];
  /** Component -> those of the cascade that it was built on. */
  readonly needs: ReadonlyMap<ComponentId, readonly ComponentId[]>;
}

export interface LandingSet {
  /** In the order in which they land: what others need comes first. */
  readonly go: readonly Candidate[];
  readonly staying: readonly Staying[];
}

/** What of a cascade could land. Stacks are assembled from what others land; bootstrap builds never leave the cascade. */
export function sceneOf(rows: readonly RebuildRow[]): LandingScene {
  const byComponent = new Map<ComponentId, RebuildRow[]>();
  for (const row of rows.filter((one) => one.system !== null)) {
    const same = byComponent.get(row.component);
    if (same) same.push(row);
    else byComponent.set(row.component, [row]);
  }
  const newest = [...byComponent.values()].map(standing);
  return {
    candidates: newest.flatMap(({ built, last }) => (isLost(last) ? [] : candidateOf(built))),
    findings: newest.flatMap(findingsOf),
    needs: needsOf(rows),
  };
}

/**
 * The largest set that can go: without the components of `held`, and without whatever was built on one of those,
 * however far up. Everything else lands.
 */
export function largestSet(scene: LandingScene, held: ReadonlyMap<ComponentId, string>): LandingSet {
  const above = new Map<ComponentId, ComponentId[]>();
  for (const [component, needs] of scene.needs) {
    for (const need of needs) above.set(need, [...(above.get(need) ?? []), component]);
  }
  const because = new Map(held);
  const queue = [...held.keys()];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const component of above.get(next) ?? []) {
      if (because.has(component)) continue;
      because.set(component, `it was built on ${next}, which stays behind`);
      queue.push(component);
    }
  }
  const known = new Set([...scene.candidates.map((one) => one.component), ...held.keys()]);
  const staying = [...because].filter(([component]) => known.has(component));
  return {
    go: scene.candidates.filter((one) => !because.has(one.component)).sort(byTier),
    staying: staying.map(([component, words]) => ({ component, because: words })).sort(byName),
  };
}

/** Components that findings hold back, each with the first reason. */
export function heldBy(findings: readonly LandingFinding[]): ReadonlyMap<ComponentId, string> {
  const blocking = findings.filter((one) => one.blocks);
  return new Map([...blocking].reverse().map((one) => [one.component, one.because]));
}

interface Standing {
  /** Its newest row. */
  readonly last: RebuildRow;
  /** The row of the build that stands: a later one that needs no build changes nothing. */
  readonly built: RebuildRow | undefined;
}

function standing(rows: readonly RebuildRow[]): Standing {
  const sorted = [...rows].sort((a, b) => a.generation - b.generation || a.pass - b.pass);
  const full = sorted.filter((row) => !row.bootstrap);
  const built = full.filter((row) => row.state === 'validated' && row.build !== null && row.nvr !== null).at(-1);
  return { last: full.at(-1) ?? sorted.at(-1)!, built };
}

const lost: readonly string[] = ['waiting', 'ready', 'submitting', 'building', 'gating', 'failed', 'rejected'];

function isLost({ state }: RebuildRow): boolean {
  return lost.includes(state);
}

function candidateOf(row: RebuildRow | undefined): Candidate[] {
  if (!row?.build || !row.nvr || !row.system) return [];
  const { component, build, nvr, system, tier, contents } = row;
  return [{ component, build, nvr, system, tier, contents }];
}

function findingsOf({ last, built }: Standing): LandingFinding[] {
  const { component, cascade, nvr } = last;
  if (isLost(last)) {
    const because = `${component} is ${last.state}: ${last.because}`;
    const remedy = `mend it (${retryCommand(cascade, component)}), or land without it: millrace cascade land ${cascade} --partial`;
    return [findingOf('not-validated', component, nvr, because, remedy)];
  }
  if (built?.verdict === 'failed' && !built.doubtful) return [deniedOf(built)];
  if (!built?.doubtful) return [];
  const roots = (built.doubts ?? []).map(componentOfId).filter((one) => one !== component);
  const why = roots.length > 0 ? `it was built on ${roots.slice(0, 3).join(', ')}, which is in doubt` : built.because;
  const remedy = `build it again (${retryCommand(cascade, component)}), or land without it: millrace cascade land ${cascade} --partial`;
  return [findingOf('doubtful', component, built.nvr, `${component} is in doubt: ${why}`, remedy)];
}

/** Its gate has said no after the cascade had ended: a waiver lapsed, or a test failed since. */
function deniedOf({ component, cascade, nvr }: RebuildRow): LandingFinding {
  const because = `the gate says no to ${nvr} now`;
  const remedy = `see why (millrace gate show ${nvr}), waive it, or land without it: millrace cascade land ${cascade} --partial`;
  return findingOf('verdict', component, nvr, because, remedy);
}

export function findingOf(
  kind: LandingFinding['kind'],
  component: ComponentId,
  nvr: string | null,
  because: string,
  remedy: string,
  blocks = true,
): LandingFinding {
  const short = (text: string): string => (text.length <= 1000 ? text : `${text.slice(0, 999)}…`);
  return { kind, component, nvr, because: short(because), remedy: short(remedy), blocks };
}

function needsOf(rows: readonly RebuildRow[]): ReadonlyMap<ComponentId, readonly ComponentId[]> {
  const found = new Map<ComponentId, Set<ComponentId>>();
  for (const row of rows) {
    const needs = found.get(row.component) ?? new Set();
    for (const need of row.needs.map(componentOfId)) if (need !== row.component) needs.add(need);
    found.set(row.component, needs);
  }
  return new Map([...found].map(([component, needs]) => [component, [...needs]]));
}

function byTier(a: Candidate, b: Candidate): number {
  return a.system === b.system ? a.tier - b.tier || (a.component < b.component ? -1 : 1) : a.system < b.system ? -1 : 1;
}

function byName(a: Staying, b: Staying): number {
  return a.component < b.component ? -1 : a.component > b.component ? 1 : 0;
}
