import type { Input } from '@millrace/scheduler/domain/input';
import { release } from './outside';
import type { World } from './world';

export interface Verdict {
  readonly build: string;
  readonly component: string;
}

/** CI has heard of a build: its verdict comes after its tests, unless the way swallows it. */
export function verdictOn(world: World, { build, component }: Verdict): void {
  const { outside, random } = world;
  const attempt = world.store.tables.builds.rows.get(build)?.attempt ?? 1;
  const decision = outside.gate(component, attempt);
  if (decision === 'overdue') return overdueVerdict(world, build);
  const input = verdict(build, decision, decision === 'passed' ? 2 : 1);
  const { weather } = outside;
  if (!weather) return world.send(outside.gateMs, 'ci-bridge', input);
  const late = (): number => Math.floor(random() * weather.lateMs);
  if (random() >= weather.lost) world.send(outside.gateMs + late(), 'ci-bridge', input);
  if (random() < weather.doubled) world.send(outside.gateMs + late(), 'ci-bridge', input);
}

/** How long tests are late that do not report in time. */
const lateBy = 12 * 60_000;

function overdueVerdict(world: World, build: string): void {
  const { gateMs } = world.outside;
  const one = { ...reason, state: 'overdue' as const, text: 'it did not report in time', result: null };
  const about = { type: 'verdict.decided', release, build } as const;
  world.send(gateMs, 'ci-bridge', { ...about, decision: 'pending', verdictRevision: 1, reasons: [one] });
  world.send(gateMs + lateBy, 'ci-bridge', verdict(build, 'passed', 2));
}

const reason = { test: 'sim.run.functional', waiver: null, link: null };

export function verdict(build: string, decision: 'passed' | 'failed', verdictRevision: number): Input {
  const one = { ...reason, state: decision, text: decision, result: 1 };
  return { type: 'verdict.decided', release, build, decision, verdictRevision, reasons: [one] };
}
