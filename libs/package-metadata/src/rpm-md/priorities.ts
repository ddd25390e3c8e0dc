import { satisfies, type Dependency } from './dependency';
import { compareEvr } from './evr';
import type { RepositoryPackage } from './primary';

/** A repository among others, as dnf has it: 99 when nothing is said, and the lower number wins. */
export interface PrioritizedRepository {
  readonly id: string;
  readonly priority: number;
  readonly packages: readonly RepositoryPackage[];
}

/** A package that can be chosen, with the repository that it comes from. */
export interface Candidate {
  readonly repository: string;
  readonly of: RepositoryPackage;
}

/**
 * The packages of several repositories that can be chosen: of each name only those of the repositories with the best
 * priority, however old they are (dnf.conf(5), `priority`), and of equal ones (name, version and architecture) the
 * first.
 */
export function candidatesOf(repositories: readonly PrioritizedRepository[]): readonly Candidate[] {
  const best = new Map<string, number>();
  for (const { priority, packages } of repositories) {
    for (const { name } of packages) best.set(name, Math.min(priority, best.get(name) ?? priority));
  }
  const found = new Map<string, Candidate>();
  for (const { id, priority, packages } of repositories) {
    for (const of of packages) {
      const key = `${of.name}-${of.epoch}:${of.version}-${of.release}.${of.arch}`;
      if (best.get(of.name) === priority && !found.has(key)) found.set(key, { repository: id, of });
    }
  }
  return [...found.values()];
}

/** Of each name and architecture the newest candidate; one for all architectures competes with each. */
export function newestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const newest = new Map<string, Candidate>();
  const names = new Map<string, Candidate>();
  for (const candidate of candidates) {
    keepNewer(newest, `${candidate.of.name}.${candidate.of.arch}`, candidate);
    keepNewer(names, candidate.of.name, candidate);
  }
  return [...newest.values()].filter((one) => {
    const { name, arch } = one.of;
    const rival = arch === 'noarch' ? names.get(name) : newest.get(`${name}.noarch`);
    return !rival || rival === one || compareEvr(one.of, rival.of) >= 0;
  });
}

function keepNewer(newest: Map<string, Candidate>, key: string, candidate: Candidate): void {
  const known = newest.get(key);
  if (!known || compareEvr(candidate.of, known.of) > 0) newest.set(key, candidate);
}

/**
 * Candidates that the obsoletes of another one take the place of, each with that other one. Obsoletes look at names and
 * versions of packages, never at provides, and a package does not obsolete its own name.
 */
export function obsoletedBy(candidates: readonly Candidate[]): ReadonlyMap<Candidate, Candidate> {
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const same = byName.get(candidate.of.name);
    if (same) same.push(candidate);
    else byName.set(candidate.of.name, [candidate]);
  }
  const found = new Map<Candidate, Candidate>();
  for (const candidate of candidates) {
    for (const obsolete of candidate.of.obsoletes ?? []) {
      if (obsolete.name === candidate.of.name) continue;
      const hit = byName.get(obsolete.name)?.filter((one) => satisfies(exactly(one.of), obsolete)) ?? [];
      for (const one of hit) found.set(one, candidate);
    }
  }
  return found;
}

function exactly({ name, epoch, version, release }: RepositoryPackage): Dependency {
  return { name, flags: 'EQ', epoch, version, release };
}
