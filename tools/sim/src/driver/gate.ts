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
  const input = verdict(build, decision, decision === 'passed' ? 2 : 1);
  const { weather } = outside;
  if (!weather) return world.send(outside.gateMs, 'ci-bridge', input);
  const late = (): number => Math.floor(random() * weather.lateMs);
  if (random() >= weather.lost) world.send(outside.gateMs + late(), 'ci-bridge', input);
  if (random() < weather.doubled) world.send(outside.gateMs + late(), 'ci-bridge', input);
}

export function verdict(build: string, decision: 'passed' | 'failed', verdictRevision: number): Input {
  const one = { test: 'sim.run.functional', state: decision, text: decision, result: 1, waiver: null, link: null };
  return { type: 'verdict.decided', release, build, decision, verdictRevision, reasons: [one] };
}
