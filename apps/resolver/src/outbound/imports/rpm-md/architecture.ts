import type { Candidate } from '@millrace/package-metadata';

const intel32 = /^(i[3-6]86|athlon|geode)$/;

/**
 * The architecture that a package is installed on, where the repositories tell: 32-bit packages of a repository for
 * x86_64 stand beside its own ones and satisfy one another's requirements (multilib).
 */
export function baseArchitectures(candidates: readonly Candidate[]): (arch: string) => string {
  const all = new Set<string>();
  for (const { of } of candidates) all.add(of.arch);
  return (arch) => {
    if (all.has('x86_64') && intel32.test(arch)) return 'x86_64';
    return all.has('s390x') && arch === 's390' ? 's390x' : arch;
  };
}
