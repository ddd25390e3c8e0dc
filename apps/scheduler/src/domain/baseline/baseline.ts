import { later, type ComponentId } from '@millrace/kernel';
import type { Turn } from '../turn';
import { listed } from '../words';
import type { BaselineInput } from './baseline-input';
import type { BaselineRow } from './baseline-rows';
import { owe, settle } from './debt';

type Input<Type extends BaselineInput['type']> = Extract<BaselineInput, { type: Type }>;

/**
 * The first snapshot of a release is its baseline: what nothing satisfies in it is looked up, and owed. Of later ones it
 * is looked up what is not broken any more.
 */
export function snapshotCame(turn: Turn, release: string, snapshot: string, first: boolean): void {
  if (first) turn.put('baselines', { ...baselineOf(turn, release), snapshot, at: turn.at });
  turn.work('baseline.look', `${release}/${snapshot}`, { release, snapshot, first });
}

export function baselineFound(turn: Turn, input: Input<'baseline.found'>): void {
  for (const { component, requirements } of input.broken) {
    const because = `nothing satisfied ${listed(requirements, 3)} in the first snapshot, ${input.snapshot}`;
    owe(turn, input.release, component, 'broken', because);
  }
}

export function baselineLooked(turn: Turn, input: Input<'baseline.looked'>): void {
  const row = baselineOf(turn, input.release);
  if (row.snapshot === input.snapshot) turn.put('baselines', { ...row, broken: input.total });
}

/** The resolver could not be asked: once more in a while. Of a later snapshot the next one tells. */
export function baselineUnlooked(turn: Turn, { release, snapshot, fault }: Input<'baseline.unlooked'>): void {
  const row = baselineOf(turn, release);
  if (row.snapshot !== snapshot || fault.kind === 'missing' || fault.kind === 'invalid') return;
  const order = { release, snapshot, first: true };
  turn.work('baseline.look', `${release}/${snapshot}/${turn.context.id}`, order, later(turn.at, 60_000));
}

export function debtMended(turn: Turn, { release, snapshot, components }: Input<'debt.mended'>): void {
  for (const component of components) settle(turn, release, component, 'broken', `snapshot ${snapshot} satisfies it`);
}

/** A new build is there: what was stale or failing of its component is not any more. */
export function debtBuilt(turn: Turn, { release, builds }: Input<'debt.built'>): void {
  for (const { component, nvr, endedAt } of builds) {
    for (const kind of ['failing', 'stale'] as const) {
      const row = turn.find('debts', debtId(release, component, kind));
      if (row && (endedAt === null || endedAt > row.since)) settle(turn, release, component, kind, `${nvr} was built`);
    }
  }
}

export function baselineOf(turn: Turn, release: string): BaselineRow {
  const none = { id: release, revision: 0, snapshot: null, at: turn.at, broken: null, adoption: null };
  return turn.find('baselines', release) ?? none;
}

function debtId(release: string, component: ComponentId, kind: string): string {
  return `${release}/${component}/${kind}`;
}
