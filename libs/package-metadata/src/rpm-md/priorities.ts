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
  const best = bestPriorities(repositories);
  const found: Candidate[] = [];
  const byName: ByName = new Map();
  for (const { id, priority, packages } of repositories) {
    for (const of of packages) {
      if (best && best.get(of.name) !== priority) continue;
      const known = byName.get(of.name);
      if (known !== undefined && listOf(known).some((one) => isEqual(one.of, of))) continue;
      const candidate = { repository: id, of };
      addTo(byName, candidate, known);
      found.push(candidate);
    }
  }
  return found;
}

/** The best priority of each name; null where all repositories have the same. */
function bestPriorities(repositories: readonly PrioritizedRepository[]): ReadonlyMap<string, number> | null {
  if (new Set(repositories.map((one) => one.priority)).size < 2) return null;
  const best = new Map<string, number>();
  for (const { priority, packages } of repositories) {
    for (const { name } of packages) {
      const known = best.get(name);
      if (known === undefined || priority < known) best.set(name, priority);
    }
  }
  return best;
}

/** Of each name and architecture the newest candidate; one for all architectures competes with each. */
export function newestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const byName: ByName = new Map();
  for (const candidate of candidates) addTo(byName, candidate, byName.get(candidate.of.name));
  if (byName.size === candidates.length) return candidates;
  const found: Candidate[] = [];
  for (const same of byName.values()) {
    const all = listOf(same);
    for (const [n, one] of all.entries()) {
      if (!all.some((other, m) => isRival(one, other) && supersedes(other, one, m < n))) found.push(one);
    }
  }
  return found;
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

/** Nearly every name has one candidate, which needs no list. */
type ByName = Map<string, Candidate | Candidate[]>;

function listOf(known: Candidate | Candidate[] | undefined): readonly Candidate[] {
  if (known === undefined) return [];
  return Array.isArray(known) ? known : [known];
}

/** @param known  what stands there under its name */
function addTo(byName: ByName, candidate: Candidate, known: Candidate | Candidate[] | undefined): void {
  if (known === undefined) byName.set(candidate.of.name, candidate);
  else if (Array.isArray(known)) known.push(candidate);
  else byName.set(candidate.of.name, [known, candidate]);
}

function isEqual(a: RepositoryPackage, b: RepositoryPackage): boolean {
  return a.version === b.version && a.release === b.release && a.arch === b.arch && a.epoch === b.epoch;
}

/**
 * Candidates that the obsoletes of another one take the place of, each with that other one. Obsoletes look at names and
 * versions of packages, never at provides, and a package does not obsolete its own name.
 */
export function obsoletedBy(candidates: readonly Candidate[]): ReadonlyMap<Candidate, Candidate> {
  const found = new Map<Candidate, Candidate>();
  const obsoleting = candidates.filter(({ of }) => of.obsoletes !== undefined);
  const named = new Set(obsoleting.flatMap(({ of }) => of.obsoletes!.map((one) => one.name)));
  if (named.size === 0) return found;
  const byName: ByName = new Map();
  for (const candidate of candidates) {
    if (named.has(candidate.of.name)) addTo(byName, candidate, byName.get(candidate.of.name));
  }
  for (const candidate of obsoleting) {
    for (const obsolete of candidate.of.obsoletes!) {
      if (obsolete.name === candidate.of.name) continue;
      const hit = listOf(byName.get(obsolete.name)).filter((one) => satisfies(exactly(one.of), obsolete));
      for (const one of hit) found.set(one, candidate);
    }
  }
  return found;
}

function exactly({ name, epoch, version, release }: RepositoryPackage): Dependency {
  return { name, flags: 'EQ', epoch, version, release };
}
