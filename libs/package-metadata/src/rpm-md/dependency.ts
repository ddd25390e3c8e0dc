import { compareVersions, type Evr } from './evr';

export const dependencyFlags = ['EQ', 'LT', 'GT', 'LE', 'GE'] as const;
export type DependencyFlag = (typeof dependencyFlags)[number];

/** One entry of provides or requires in the words of rpm-md: a name, or a name with a range of versions. */
export interface Dependency {
  readonly name: string;
  readonly flags?: DependencyFlag | undefined;
  readonly epoch?: string | undefined;
  readonly version?: string | undefined;
  readonly release?: string | undefined;
}

/**
 * Does what is provided satisfy what is required? By rpm's rules (lib/rpmds.c and rpmio/rpmver.c, `rpmverOverlap`):
 * names are equal, and the ranges overlap; an entry without a version overlaps with everything; a missing release
 * matches any when the side without it includes equality.
 */
export function satisfies(provided: Dependency, required: Dependency): boolean {
  if (provided.name !== required.name) return false;
  if (isBare(provided) || isBare(required)) return true;
  const left = sensesOf(provided.flags!);
  const right = sensesOf(required.flags!);
  const order = compareWithoutRelease(provided, required);
  if (order !== 0) return overlapApart(order, left, right);
  if (!!provided.release && !!required.release) {
    const releases = compareVersions(provided.release, required.release);
    if (releases !== 0) return overlapApart(releases, left, right);
  } else if ((provided.release && right.equal) || (required.release && left.equal)) {
    return true;
  }
  return (left.equal && right.equal) || (left.less && right.less) || (left.greater && right.greater);
}

/** As people write it: `libstone-devel >= 1.0`. */
export function dependencyText(of: Dependency): string {
  return isBare(of) ? of.name : `${of.name} ${rangeText(of)}`;
}

const signs = { EQ: '=', LT: '<', GT: '>', LE: '<=', GE: '>=' } as const;

/** The versions of a dependency as people write them: `>= 1.0`; empty when there are none. */
export function rangeText(of: Dependency): string {
  if (isBare(of)) return '';
  const epoch = of.epoch && of.epoch !== '0' ? `${of.epoch}:` : '';
  return `${signs[of.flags!]} ${epoch}${of.version}${of.release ? `-${of.release}` : ''}`;
}

interface Senses {
  readonly less: boolean;
  readonly equal: boolean;
  readonly greater: boolean;
}

function isBare(of: Dependency): boolean {
  return of.flags === undefined || !of.version;
}

function sensesOf(flag: DependencyFlag): Senses {
  return {
    less: flag === 'LT' || flag === 'LE',
    equal: flag === 'EQ' || flag === 'LE' || flag === 'GE',
    greater: flag === 'GT' || flag === 'GE',
  };
}

function compareWithoutRelease(a: Partial<Evr>, b: Partial<Evr>): number {
  return compareVersions(a.epoch || '0', b.epoch || '0') || compareVersions(a.version!, b.version!);
}

function overlapApart(order: number, left: Senses, right: Senses): boolean {
  return order < 0 ? left.greater || right.less : left.less || right.greater;
}
