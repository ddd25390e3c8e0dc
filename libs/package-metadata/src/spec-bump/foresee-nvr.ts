import { refuse, type Refusal } from '@millrace/kernel';
import { compareEvr, type Evr } from '../rpm-md/evr';
import { increaseLast } from './increase-release';
import { usesAutorelease } from './bump-spec';
import { readSpecWords } from './spec-macros';

/** The name of a build before it is made. */
export interface ForeseenNvr {
  readonly nvr: string;
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
}

export interface SpecQuestion {
  /** The spec as it will be built, i.e. bumped already. */
  readonly text: string;
  /** What `%dist` is where it is built, e.g. `.fc43`. */
  readonly dist: string;
  /** For rpmautospec: the release without dist that its count of commits will give; see {@link nextAutorelease}. */
  readonly autorelease?: number;
}

/** What a build of this spec will be called. Refuses `nvr-unforeseen` when the text alone does not say it. */
export function foreseeNvr({ text, dist, autorelease }: SpecQuestion): ForeseenNvr | Refusal {
  const counted: Record<string, string> = autorelease === undefined ? {} : { autorelease: `${autorelease}${dist}` };
  const { name, epoch, version, release } = readSpecWords(text, { dist, ...counted });
  if (name !== null && epoch !== null && version !== null && release !== null) {
    return { nvr: `${name}-${version}-${release}`, name, epoch, version, release };
  }
  const missing = Object.entries({ name, epoch, version, release }).filter(([, value]) => value === null);
  const uncounted = usesAutorelease(text) && autorelease === undefined;
  return refuse(
    'nvr-unforeseen',
    `the NVR cannot be foreseen: the spec's text does not say its ${missing.map(([tag]) => tag).join(' and ')}`,
    uncounted
      ? 'build it once, so that rpmautospec has a count to go on from'
      : 'write these tags without conditions and without macros that run something, or set nvr: dist for it',
  );
}

/**
 * What rpmautospec will count: one for each commit since the build that had `last`, and one for the bump.
 * null: `last` is no count.
 */
export function nextAutorelease(last: string, commitsSince: number): number | null {
  const counted = /^(\d{1,9})(?:\D|$)/.exec(last);
  return counted ? Number(counted[1]) + commitsSince + 1 : null;
}

/**
 * The `%dist` of a cascade's builds for the strategy `dist`: it sorts above the release's own and above those of
 * cascades before (`number` counts up), and below the next release of the package itself.
 */
export function cascadeDist(dist: string, number: number): string {
  return `${dist}.mr${number}`;
}

/** A release in which the package is, too, and which users go on to from this one. */
export interface NextRelease {
  readonly release: string;
  readonly evr: Evr;
}

export interface NvrRules {
  /** NVRs that builds have already, whoever made them. */
  readonly taken: ReadonlySet<string>;
  /** What it replaces; null: it is new here. */
  readonly replaces: Evr | null;
  readonly next: readonly NextRelease[];
}

/**
 * Whether a build may be called so: refuses `nvr-taken`, `nvr-not-newer` (it would not replace what is there) and
 * `upgrade-path-broken` (the next release has something older, so that its users would not get it).
 */
export function checkNvr(foreseen: ForeseenNvr, { taken, replaces, next }: NvrRules): Refusal | null {
  const { nvr, name } = foreseen;
  if (taken.has(nvr)) {
    const free = `${name}-${foreseen.version}-${increaseLast(foreseen.release)}`;
    return refuse(
      'nvr-taken',
      `${nvr} has been built already`,
      `raise its Release by hand, e.g. to ${free}`,
      'conflict',
    );
  }
  if (replaces && compareEvr(foreseen, replaces) <= 0) {
    return refuse(
      'nvr-not-newer',
      `${nvr} would not replace ${name}-${replaces.version}-${replaces.release ?? ''}`,
      'raise its Release above that of the build that is there',
      'conflict',
    );
  }
  const broken = next.find(({ evr }) => compareEvr(foreseen, evr) > 0);
  if (!broken) return null;
  return refuse(
    'upgrade-path-broken',
    `${nvr} would be newer than ${name}-${broken.evr.version}-${broken.evr.release ?? ''} in ${broken.release}`,
    `rebuild ${name} in ${broken.release} first, or set nvr: dist for it here`,
    'conflict',
  );
}
