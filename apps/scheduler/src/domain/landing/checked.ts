import { cascadeStalled, landingPolicyOf } from '@millrace/contracts';
import type { CascadeRow } from '../state';
import { moveCascade } from '../transitions';
import type { Turn } from '../turn';
import { cascadeData, clip } from '../words';
import { landLater } from './begin';
import type { LandingInput } from './landing-input';
import { stepId, type LandingRow } from './landing-rows';
import { findingsWords, moveLanding } from './landing-words';
import { partGate } from './part-gate';
import { orderStep } from './steps';

type Of<Type> = Extract<LandingInput, { type: Type }>;

/** Builds that are to land, and what stays behind, in the order of their numbers. The slice holds earlier rows of these. */
export function laidDown(turn: Turn, { landing, cascade, round, from, builds }: Of<'landing.part'>): void {
  const row = turn.row('landings', landing);
  if (row.state !== 'planned' || row.round !== round) return;
  builds.forEach((build, n) => {
    const id = stepId(landing, from + n);
    const revision = turn.find('landing_steps', id)?.revision ?? 0;
    turn.put('landing_steps', { id, revision, landing, cascade, number: from + n, ...build });
  });
}

/** Everything was looked at: it lands when nothing stands in its way, and is refused else. */
export function landingChecked(turn: Turn, { landing, round, check }: Of<'landing.checked'>): void {
  const row = turn.row('landings', landing);
  if (row.state !== 'planned' || row.round !== round) return;
  const { part, ...looked } = check;
  const next: LandingRow = { ...row, ...looked, done: 0, phase: 0, problem: null };
  if (check.findings.some((one) => one.blocks) && !row.partial) {
    return refuseLanding(turn, next, findingsWords(check.findings));
  }
  if (row.partial && check.total === 0) {
    return refuseLanding(turn, next, `nothing of it can go: ${findingsWords(check.findings)}`);
  }
  const gate = partGate(turn, next, part);
  if (gate.is === 'waits') return;
  if (gate.is === 'refused') return refuseLanding(turn, next, gate.because);
  const checked = moveLanding(turn, next, { state: 'checked' }, checkedWords(next));
  const { definition } = turn.row('releases', row.release);
  if (!row.approved && landingPolicyOf(definition).approval === 'person') return awaitApproval(turn, checked);
  const approved = moveLanding(turn, checked, { state: 'approved' }, approvedWords(checked));
  orderStep(turn, moveLanding(turn, approved, { state: 'landing' }, `${approved.total} builds land`));
}

/** The look did not go: once more in a while where that may help. */
export function checkBroke(turn: Turn, row: LandingRow, { fault }: Of<'landing.broke'>): void {
  if (row.state !== 'planned') return;
  const words = `${fault.message}${fault.remedy ? ` (${fault.remedy})` : ''}`;
  if (fault.kind === 'unavailable' || fault.kind === 'bug') {
    landLater(turn, row, `it could not be checked: ${words}`, 15_000);
    const cascade = turn.row('cascades', row.cascade);
    turn.put('cascades', { ...cascade, problem: clip(`its landing could not be checked yet: ${words}`, 1000) });
    return;
  }
  refuseLanding(turn, row, words);
}

/** The release is as it was. A cascade that was about to end waits for somebody, who is told why. */
export function refuseLanding(turn: Turn, row: LandingRow, why: string): void {
  const refused = moveLanding(turn, row, { state: 'refused', problem: clip(why, 1000), endedAt: turn.at }, why);
  stall(turn, refused, `it does not land: ${why}`);
}

function awaitApproval(turn: Turn, row: LandingRow): void {
  stall(turn, row, `it is checked, and a person lets it land: millrace cascade land ${row.cascade}`);
}

function stall(turn: Turn, row: LandingRow, why: string): void {
  const cascade = turn.row('cascades', row.cascade);
  if (cascade.state === 'completed') return void turn.put('cascades', { ...cascade, closing: false });
  if (cascade.state !== 'running') return;
  const problem = clip(why, 1000);
  const stalled = moveCascade(turn, { ...cascade, closing: false } satisfies CascadeRow, 'stalled', { problem });
  const names = [...new Set(row.findings.filter((one) => one.blocks).map((one) => one.component))];
  turn.say(cascadeStalled, cascade.id, {
    ...cascadeData(stalled, why, 'scheduler'),
    failed: names.slice(0, 2000),
    waiting: [],
    failed_builds: [`${row.state} ${row.id}`],
  });
}

function checkedWords({ stays, total }: LandingRow): string {
  return stays === 0 ? `nothing stands in its way: ${total} builds` : `${total} builds can go, ${stays} stay behind`;
}

function approvedWords({ by }: LandingRow): string {
  return by === null || by === 'scheduler' ? 'it lands by itself' : `${by} lets it land`;
}
