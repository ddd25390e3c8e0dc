import type { LandingFinding } from '@millrace/contracts';
import { parseNvr } from '@millrace/kernel';
import { compareEvr } from '@millrace/package-metadata';
import { findingOf, type Candidate } from '../domain/landing/largest-set';
import type { ReleaseRow, ValidatedRow } from '../domain/state';
import type { Outside } from './outside';

/** Rows that are read at one time. */
const pageSize = 500;

/**
 * Users go on from this release to the next ones: what lands here must not be newer than what those have. A component
 * that a next release does not have is no matter: it is obsoleted there, or new here.
 */
export async function upgradeFindings(
  { read }: Outside,
  { definition }: ReleaseRow,
  candidates: readonly Candidate[],
): Promise<readonly LandingFinding[]> {
  const found: LandingFinding[] = [];
  for (const next of definition.next_releases ?? []) {
    for (let n = 0; n < candidates.length; n += pageSize) {
      const part = candidates.slice(n, n + pageSize).filter((one) => one.component.startsWith('rpm/'));
      const there = await read.validated.getMany(part.map((one) => `${next}/${one.component}`));
      found.push(...backwards(next, part, there));
    }
  }
  return found;
}

function backwards(next: string, part: readonly Candidate[], there: readonly ValidatedRow[]): LandingFinding[] {
  const known = new Map(there.map((row) => [row.component, row.nvr]));
  return part.flatMap(({ component, nvr }) => {
    const other = known.get(component);
    if (other === undefined || !isNewer(nvr, other)) return [];
    const because = `the upgrade path breaks: ${nvr} is newer than ${other}, which ${next} has`;
    const remedy = `land its change in ${next} first, or land without it (--partial)`;
    return [findingOf('upgrade-path', component, nvr, because, remedy)];
  });
}

/** By version and release, without what only names the release that it was built for. */
function isNewer(a: string, b: string): boolean {
  const [left, right] = [parseNvr(plain(a)), parseNvr(plain(b))];
  return left !== null && right !== null && compareEvr(left, right) > 0;
}

function plain(nvr: string): string {
  return nvr.replace(/,draft_\d+$/, '').replace(/\.(fc|el|eln|mr)\d+[^.]*$/, '');
}
