import type { RebuildInput } from './input';
import { admitWhenReady } from './gate';
import { askForPlan } from './plan';
import type { RebuildRow, WantedComponent } from './state';
import type { Turn } from './turn';
import { clip } from './words';

/**
 * The resolver has compared a new build with what it replaces. Who lost something and is not planned joins the plan
 * before the build can be validated: no dependant starts on half a plan.
 */
export function compared(
  turn: Turn,
  rebuild: RebuildRow,
  input: Extract<RebuildInput, { type: 'build.compared' }>,
): void {
  if (rebuild.state !== 'gating' || rebuild.compared) return;
  const planned = new Set(
    turn
      .all('rebuilds')
      .filter((row) => row.cascade === rebuild.cascade)
      .map((row) => row.component),
  );
  const added = input.added.filter((one) => !planned.has(one.component));
  if (added.length === 0) {
    turn.put('rebuilds', { ...rebuild, compared: true });
    return admitWhenReady(turn, rebuild.id);
  }
  const number = extend(turn, rebuild, added);
  const because = `it changes what ${added.length} more components use: the plan is made longer`;
  turn.put('rebuilds', { ...rebuild, compared: true, planNeeded: number, because });
}

/** Wants components in the next plan, and asks for it unless one is under way. Gives that plan's number. */
function extend(
  turn: Turn,
  rebuild: RebuildRow,
  added: readonly { readonly component: string; readonly because: string }[],
): number {
  const cascade = turn.row('cascades', rebuild.cascade);
  const { planning } = cascade;
  const number = planning.asked + 1;
  const known = new Set(planning.wanted.map((one) => one.component));
  const fresh: WantedComponent[] = added
    .filter((one) => !known.has(one.component))
    .map((one) => ({ component: one.component, because: clip(one.because, 500), plan: number }));
  const next = { ...cascade, planning: { ...planning, wanted: [...planning.wanted, ...fresh] } };
  turn.put('cascades', next);
  if (fresh.length === 0) return Math.max(...planning.wanted.map((one) => one.plan));
  if (planning.asked === planning.made) askForPlan(turn, next);
  return number;
}
