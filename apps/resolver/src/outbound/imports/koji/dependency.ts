import type { RpmDep } from '@millrace/koji';
import { dependencyText, type Dependency, type DependencyFlag } from '@millrace/package-metadata';

/** koji.DEP_REQUIRE and the like: the kinds of a package's dependencies that are read. */
export const depType = { requires: 0, provides: 1 } as const;

/** RPM's sense bits (rpm's `rpmds.h`): RPMSENSE_LESS, RPMSENSE_GREATER, RPMSENSE_EQUAL. */
const flags: Readonly<Record<number, DependencyFlag>> = { 2: 'LT', 4: 'GT', 8: 'EQ', 10: 'LE', 12: 'GE' };

/** A dependency of the hub as people write it; null for `rpmlib(…)`, which rpm itself provides. */
export function wordsOf(dep: RpmDep): string | null {
  if (dep.name.startsWith('rpmlib(')) return null;
  return dependencyText(dependencyOf(dep));
}

function dependencyOf({ name, version, flags: bits }: RpmDep): Dependency {
  const flag = flags[bits & 14];
  const parts = /^(?:(\d+):)?([^-]+)(?:-(.+))?$/.exec(version ?? '');
  if (flag === undefined || !parts) return { name };
  return { name, flags: flag, epoch: parts[1] ?? '0', version: parts[2]!, release: parts[3] };
}
