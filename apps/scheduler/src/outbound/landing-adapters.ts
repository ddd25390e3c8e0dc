import type { LandingAdapter } from '@millrace/build-systems';
import { landingPolicyOf } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { ReleaseRow } from '../domain/state';
import { systemNamed, type Systems } from './systems';

/** Ways to land that stand beside the build systems, by their name in a release definition. */
export type Landers = Partial<
  Readonly<Record<'bodhi', (release: Pick<ReleaseRow, 'id' | 'definition'>, system: string) => LandingAdapter>>
>;

/**
 * Who brings a build system's builds into a release: what the definition names, else the build system itself. null:
 * closing the place is all there is to it.
 *
 * @throws AppError `landing-adapter-unknown` (invalid)
 */
export function landingAdapterOf(
  systems: Systems,
  landers: Landers,
  release: Pick<ReleaseRow, 'id' | 'definition'>,
  system: string,
): LandingAdapter | null {
  const own = systemNamed(systems, system).landing ?? null;
  const { adapter } = landingPolicyOf(release.definition);
  if (adapter === undefined || own === null || own.name === adapter) return own;
  const beside = adapter === 'bodhi' ? landers.bodhi?.(release, system) : undefined;
  if (beside) return beside;
  const can = adapter === 'bodhi' ? `${own.name} (no Bodhi is configured)` : own.name;
  throw new AppError({
    code: 'landing-adapter-unknown',
    kind: 'invalid',
    message: `release ${release.id} lands by ${adapter}, and ${system} lands by ${can}`,
    remedy: 'correct landing_policy.adapter in the release definition, or configure what it names',
  });
}
