import type { BuildSystem } from '@millrace/build-systems';
import { nvrStrategyOf } from '@millrace/contracts';
import { distSuffix } from '@millrace/package-metadata';
import type { RebuildRow, ReleaseRow } from '../domain/state';
import { cascadeNamed, type Outside } from './outside';

/**
 * The `%dist` that gives a rebuild an NVR of its own, where side tags can say it. A knot's first pass is marked by it
 * whatever the strategy is: `~bootstrap` sorts below the full pass that follows.
 */
export async function distOf(
  { read }: Pick<Outside, 'read'>,
  { sideTags }: Pick<BuildSystem, 'sideTags'>,
  { definition }: Pick<ReleaseRow, 'definition'>,
  rebuild: Pick<RebuildRow, 'component' | 'cascade' | 'generation' | 'attempt' | 'bootstrap'>,
): Promise<{ readonly dist?: string }> {
  const { dist } = definition;
  const { component, bootstrap, generation, attempt } = rebuild;
  if (dist === undefined || sideTags === undefined || !component.startsWith('rpm/')) return {};
  if (nvrStrategyOf(definition, component) !== 'dist') return bootstrap ? { dist: `${dist}~bootstrap` } : {};
  const { number: cascade } = await cascadeNamed(read, rebuild.cascade);
  return { dist: distSuffix({ dist, cascade, generation, attempt, bootstrap }) };
}
