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
    for (const { name } of packages) {
      const known = best.get(name);
      if (known === undefined || priority < known) best.set(name, priority);
    }
  }
  const found: Candidate[] = [];
  const byName = new Map<string, Candidate[]>();
  for (const { id, priority, packages } of repositories) {
    for (const of of packages) {
      if (best.get(of.name) !== priority) continue;
      const candidate = { repository: id, of };
      if (addOnce(byName, candidate)) found.push(candidate);
    }
  }
  return found;
}

/** Of each name and architecture the newest candidate; one for all architectures competes with each. */
export function newestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates) addTo(byName, candidate);
  if (byName.size === candidates.length) return candidates;
  return [...byName.values()].flatMap((all) =>
    all.filter((one, n) => !all.some((other, m) => isRival(one, other) && supersedes(other, one, m < n))),
  );
}

function isRival({ of: { arch } }: Candidate, { of: { arch: other } }: Candidate): boolean {
  return arch === other || arch === 'noarch' || other === 'noarch';
}

/** Of equal ones the first counts, where they are of one architecture. */
function supersedes(other: Candidate, one: Candidate, isBefore: boolean): boolean {
  if (other === one) return false;
  const order = compareEvr(other.of, one.of);
  return order > 0 || (order === 0 && isBefore && other.of.arch === one.of.arch);
}

function addTo(byName: Map<string, Candidate[]>, candidate: Candidate): Candidate[] {
  const same = byName.get(candidate.of.name);
  if (same) {
    same.push(candidate);
    return same;
  }
  const first = [candidate];
  byName.set(candidate.of.name, first);
  return first;
}

function addOnce(byName: Map<string, Candidate[]>, candidate: Candidate): boolean {
  const same = byName.get(candidate.of.name);
  if (same?.some((one) => isEqual(one.of, candidate.of))) return false;
  addTo(byName, candidate);
  return true;
}

function isEqual(a: RepositoryPackage, b: RepositoryPackage): boolean {
  return a.version === b.version && a.release === b.release && a.arch === b.arch && a.epoch === b.epoch;
}

/**
 * Candidates that the obsoletes of another one take the place of, each with that other one. Obsoletes look at names and
 * versions of packages, never at provides, and a package does not obsolete its own name.
 */
export function obsoletedBy(candidates: readonly Candidate[]): ReadonlyMap<Candidate, Candidate> {
  const named = new Set(candidates.flatMap(({ of }) => of.obsoletes?.map((one) => one.name) ?? []));
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates) if (named.has(candidate.of.name)) addTo(byName, candidate);
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
