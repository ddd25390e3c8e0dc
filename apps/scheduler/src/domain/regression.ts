import type { RebuildRow, Regression } from './state';
import type { Turn } from './turn';

/**
 * Did this cascade break it? `no`: the last that was known of it before this cascade was a failure; `yes`: it was
 * validated; `unknown`: nothing was known. The slice holds its failures and its newest validated build.
 */
export function regressionOf(turn: Turn, { release, component, cascade }: RebuildRow): Regression {
  const validated = turn.find('validated', `${release}/${component}`);
  const since = validated?.at ?? '';
  const known = turn.all('failures').filter((row) => row.release === release && row.component === component);
  const failedBefore = known.some((row) => (row.cascade === cascade ? row.regression === 'no' : row.at > since));
  if (failedBefore) return 'no';
  return validated ? 'yes' : 'unknown';
}
