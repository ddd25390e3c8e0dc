import { isInfrastructure, retriesOf, type Evidence } from '@millrace/contracts';
import { digestOf, type ComponentId } from '@millrace/kernel';
import { check } from './changes';
import { regressionOf } from './regression';
import type { FailureRow, RebuildRow } from './state';
import type { Turn } from './turn';
import type { WatchInput } from './watch-input';
import { clip, commitOf, componentOfId, listed } from './words';

/** Needs of needs that are remembered with a failure. */
const mostSuspects = 40;

/** What a failure is remembered by: the source, and what it is built with. null: the source is not known. */
function failureId(turn: Turn, rebuild: RebuildRow): { readonly id: string; readonly inputs: string } | null {
  const commit = commitOf(rebuild.source);
  if (commit === null) return null;
  const inputs = inputsOf(turn, rebuild);
  const key = digestOf([commit, inputs, rebuild.pass, rebuild.bootstrap]).slice(
    'sha256:'.length,
    'sha256:'.length + 16,
  );
  return { id: `${rebuild.release}/${rebuild.component}/${key}`, inputs };
}

/** Keeps a failure that is the component's: it is not built again for the same inputs unless a person says so. */
export function rememberFailure(turn: Turn, rebuild: RebuildRow, evidence: Evidence): void {
  const key = failureId(turn, rebuild);
  if (key === null || !isRemembered(evidence)) return;
  const known = turn.find('failures', key.id);
  turn.put('failures', {
    id: key.id,
    revision: known?.revision ?? 0,
    release: rebuild.release,
    component: rebuild.component,
    commit: commitOf(rebuild.source),
    inputs: key.inputs,
    evidence,
    regression: regressionOf(turn, rebuild),
    cascade: rebuild.cascade,
    at: turn.at,
    times: (known?.times ?? 0) + 1,
    suspects: suspectsOf(turn, rebuild),
    open: true,
    tries: known?.tries ?? { day: '', count: 0 },
  });
}

/** The failure that this rebuild would only repeat; null: it is worth building. The slice holds its needs. */
export function failureAhead(turn: Turn, rebuild: RebuildRow): FailureRow | null {
  if (rebuild.insisted || turn.all('failures').length === 0) return null;
  const key = failureId(turn, rebuild);
  const known = key === null ? undefined : turn.find('failures', key.id);
  return known && known.open && known.evidence.class !== 'gate' ? known : null;
}

export function repeatedEvidence({ evidence, at, cascade }: FailureRow): Evidence {
  const summary = clip(
    `it failed before with the same source and inputs (${cascade}, ${at}): ${evidence.summary}`,
    1000,
  );
  return { ...evidence, summary };
}

/**
 * A cascade is complete: what it validated is no failure any more, and a failure that could come from one of those is
 * tried again by the next cascade, at low priority and so many times a day.
 */
export function freeFailures(turn: Turn, { release, cascade }: Extract<WatchInput, { type: 'failures.freed' }>): void {
  const { definition } = turn.row('releases', release);
  const most = retriesOf(definition).freed_per_day;
  const day = turn.at.slice(0, 10);
  for (const row of turn.all('failures')) {
    if (row.release !== release || !row.open) continue;
    if (isNewer(turn, release, row.component, row)) {
      turn.put('failures', { ...row, open: false });
      continue;
    }
    const fixed = row.suspects.filter((one) => isNewer(turn, release, one, row, cascade));
    const count = row.tries.day === day ? row.tries.count : 0;
    if (fixed.length === 0 || count >= most) continue;
    turn.put('failures', { ...row, tries: { day, count: count + 1 } });
    tryAgain(turn, row, fixed);
  }
}

/** Was a component validated after the failure, by this cascade where one is named? */
function isNewer(turn: Turn, release: string, component: ComponentId, row: FailureRow, cascade?: string): boolean {
  const validated = turn.find('validated', `${release}/${component}`);
  if (!validated || (cascade !== undefined && validated.cascade !== cascade)) return false;
  return (validated.at ?? '') > row.at;
}

function tryAgain(turn: Turn, { release, component, at }: FailureRow, fixed: readonly ComponentId[]): void {
  const change = `ch-${digestOf([release, component, turn.context.id]).slice(7, 19)}`;
  const why = clip(`${component} failed at ${at}, and ${listed(fixed)} on which it depends has a new build since`, 500);
  const of = { change, release, kind: 'set', components: [{ component }], urgency: 'background' } as const;
  check(turn, { ...of, by: 'scheduler', why, times: 0 });
}

function isRemembered({ class: failureClass }: Evidence): boolean {
  return !isInfrastructure(failureClass) && failureClass !== 'cancelled' && failureClass !== 'timeout';
}

/** Builds of the cascade that it needs; without any, the repository that the cascade stands on. */
function inputsOf(turn: Turn, rebuild: RebuildRow): string {
  const needs = rebuild.needs.map((id) => {
    const row = turn.find('rebuilds', id);
    return [row?.component ?? componentOfId(id), row?.state === 'validated' ? row.contents : 'as before'];
  });
  const base = turn.row('releases', rebuild.release).repository?.number ?? 0;
  return digestOf(needs.length > 0 ? needs.sort() : base);
}

function suspectsOf(turn: Turn, rebuild: RebuildRow): readonly ComponentId[] {
  const near = rebuild.needs.map(componentOfId);
  const far = rebuild.needs.flatMap((id) => (turn.find('rebuilds', id)?.needs ?? []).map(componentOfId));
  return [...new Set([...near, ...far])].filter((one) => one !== rebuild.component).slice(0, mostSuspects);
}
