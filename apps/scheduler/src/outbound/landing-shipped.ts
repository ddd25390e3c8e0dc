import type { LandingStepRow } from '../domain/landing/landing-rows';
import type { CascadeRow } from '../domain/state';
import { landingAdapterOf } from './landing-adapters';
import { bySystem, placeOf, toLand } from './landing-check';
import { releaseNamed, type Outside } from './outside';

/** What the adapters say of builds that have gone out to users: then they are not taken back. */
export async function shippedBy(
  outside: Outside,
  cascade: CascadeRow,
  steps: readonly LandingStepRow[],
): Promise<readonly string[]> {
  const release = await releaseNamed(outside.read, cascade.release);
  const found: string[] = [];
  for (const [system, builds] of bySystem(steps)) {
    const adapter = landingAdapterOf(outside.systems, outside.landers ?? {}, release, system);
    const said = await adapter?.shipped?.(await placeOf(outside, cascade, system), builds.map(toLand));
    if (said) found.push(said);
  }
  return found;
}
