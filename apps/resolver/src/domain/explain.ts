import type { ReleaseRow, SnapshotRow } from './state';

/** Why a release's graph is as it is, in one sentence. */
export function explainGraph(release: ReleaseRow, snapshot: SnapshotRow | null): string {
  const { importing, problem } = release;
  const now = importing === null ? '' : `; an import is running: ${importing}`;
  const stopped = problem === null ? '' : `; the last import did not succeed: ${problem}`;
  if (!snapshot) return `there is no snapshot yet${now}${stopped}`;
  return `snapshot ${snapshot.id}: ${snapshot.because}${now}${stopped}`;
}
