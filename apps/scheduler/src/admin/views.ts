import type { DoorReply, doors } from '@millrace/contracts';
import type { GroupGate } from '../domain/group-gate/rows';
import type { BuildRow, CascadeRow, RebuildRow, ReleaseRevisionRow, ReleaseRow } from '../domain/state';
import { fullCounts } from '../domain/words';

type Replies = (typeof doors)['scheduler'];
export type CascadeView = DoorReply<Replies['cascades']>['cascades'][number];
export type RebuildView = DoorReply<Replies['cascade']>['rebuilds'][number];
export type BuildView = DoorReply<Replies['build']>;
export type ReleaseView = DoorReply<Replies['releases']>['releases'][number];

export function releaseView(row: ReleaseRow): ReleaseView {
  const { id: name, definitionRevision: revision, digest, definition, by, at } = row;
  return { name, revision, digest, definition, by, at };
}

export function revisionView(row: ReleaseRevisionRow): ReleaseView {
  const { release: name, number: revision, digest, definition, by, at } = row;
  return { name, revision, digest, definition, by, at };
}

export function cascadeView(row: CascadeRow): CascadeView {
  return {
    cascade: row.id,
    release: row.release,
    state: row.state,
    roots: [...row.roots],
    why: row.why,
    by: row.by,
    plan: row.plan,
    tiers: row.tiers,
    counts: fullCounts(row.counts),
    scope: row.scope,
    pace: row.pace,
    snapshot: row.snapshot,
    definitionRevision: row.definitionRevision,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    landed: row.landed,
    repository: row.repository,
    ...(row.gates ? { gates: Object.values(row.gates).map(gateView) } : {}),
  };
}

function gateView({ tier, subject, builds, decision, because }: GroupGate): NonNullable<CascadeView['gates']>[number] {
  return { scope: tier === null ? 'cascade' : 'tier', tier, subject, builds, decision, because };
}

export function rebuildView(row: RebuildRow): RebuildView {
  return {
    component: row.component,
    generation: row.generation,
    pass: row.pass,
    tier: row.tier,
    state: row.state,
    held: row.held,
    bootstrap: row.bootstrap,
    attempt: row.attempt,
    needs: componentsOf(row.needs),
    waitsFor: componentsOf(row.open),
    build: row.build,
    nvr: row.nvr,
    origin: row.origin,
    resumed: row.resumed,
    because: row.because,
    evidence: row.evidence,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    doubtful: row.doubtful,
    doubts: componentsOf(row.doubts ?? []),
    passed: row.passed ?? null,
  };
}

export function buildView(row: BuildRow): BuildView {
  return {
    build: row.id,
    release: row.release,
    component: row.component,
    cascade: row.cascade,
    origin: row.origin,
    standing: row.standing,
    because: row.because,
    state: row.state,
    nvr: row.nvr,
    attempt: row.attempt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    evidence: row.evidence,
  };
}

/** By tier, then by name; a component's passes in their order. */
export function byTier(a: RebuildRow, b: RebuildRow): number {
  return a.tier - b.tier || (a.component < b.component ? -1 : a.component > b.component ? 1 : a.pass - b.pass);
}

function componentsOf(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => id.split('/').slice(1, -1).join('/')))];
}
