import type { Refusal } from '@millrace/kernel';
import type { SpecFile } from './git/spec-file';

/** A branch of a repository: https, ssh, file (an absolute path, too). */
export interface Remote {
  readonly url: string;
  readonly branch: string;
}

export interface Commit {
  readonly id: string;
  /** When it was committed, ISO 8601. */
  readonly at: string;
  /** `Name <mail>`. */
  readonly author: string;
  readonly subject: string;
  /** The rebuild's id when it is a commit of ours. */
  readonly marker: string | null;
}

/** A branch, seen from the commit that was built last. */
export interface Unbuilt {
  readonly head: string;
  /** Commits of the branch that no build has been made from, newest first. */
  readonly commits: readonly Commit[];
}

/** A branch as a bump would find it. */
export interface Survey {
  readonly head: string;
  /** Refuses `spec-missing`. */
  readonly spec: SpecFile | Refusal;
  /** null: nothing was built from it, as far as is known. Refuses `dist-git-diverged`. */
  readonly unbuilt: Unbuilt | Refusal | null;
}
