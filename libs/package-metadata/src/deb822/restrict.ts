import type { DebAlternatives, DebDependencies, DebRelation, Restriction } from './relation';

/** What a build or an installation is for. */
export interface DebContext {
  readonly architecture: string;
  /** Active build profiles, such as `nocheck` or `stage1`. */
  readonly profiles: ReadonlySet<string>;
}

/** CPUs of the architectures whose name is not the CPU's (dpkg's tupletable). */
const cpus: Readonly<Record<string, string>> = {
  ...{ armel: 'arm', armhf: 'arm', arm64ilp32: 'arm64', x32: 'amd64', powerpcspe: 'powerpc' },
  ...{ mipsn32: 'mips64', mipsn32el: 'mips64el', mipsn32r6: 'mips64r6', mipsn32r6el: 'mips64r6el' },
};

const armAbis: Readonly<Record<string, string>> = { armel: 'eabi', armhf: 'eabihf' };
const linuxAbis: Readonly<Record<string, string>> = {
  ...{ x32: 'x32', arm64ilp32: 'ilp32', powerpcspe: 'spe' },
  ...{ mips64: 'abi64', mips64el: 'abi64', mips64r6: 'abi64', mips64r6el: 'abi64' },
  ...{ mipsn32: 'abin32', mipsn32el: 'abin32', mipsn32r6: 'abin32', mipsn32r6el: 'abin32' },
};

/** C libraries of the systems that do not use GNU's. */
const libraries: Readonly<Record<string, string>> = {
  ...{ dragonflybsd: 'bsd', freebsd: 'bsd', openbsd: 'bsd', netbsd: 'bsd', darwin: 'bsd' },
  ...{ aix: 'sysv', solaris: 'sysv', uclinux: 'uclibc', mint: 'tos' },
};

/**
 * Whether a relation counts at all: its architecture list holds for the architecture, and one of its profile lists for
 * the profiles (Debian policy 7.1; dpkg's Dpkg::Deps::Simple).
 */
export function appliesTo(relation: DebRelation, context: DebContext): boolean {
  const { architectures, profiles } = relation;
  if (architectures && !architectureListHolds(architectures, context.architecture)) return false;
  return !profiles || profiles.some((list) => list.every((word) => context.profiles.has(word.name) !== word.negated));
}

/** What is left of dependencies in a context; a clause of which no alternative counts is gone. */
export function dependenciesIn(dependencies: DebDependencies, context: DebContext): DebDependencies {
  return dependencies.flatMap((alternatives) => {
    const left = alternativesIn(alternatives, context);
    return left.length === 0 ? [] : [left];
  });
}

/** Whether an architecture is meant by a name or a wildcard (`any`, `linux-any`, `any-amd64`, `musl-linux-any`). */
export function architectureIs(architecture: string, pattern: string): boolean {
  if (pattern === architecture || pattern === 'any') return true;
  if (architecture === 'all' || !/(^|-)any(-|$)/.test(pattern)) return false;
  const tuple = tupleOf(architecture);
  const words = pattern.split('-');
  const wanted = [...Array<string>(Math.max(0, tuple.length - words.length)).fill('any'), ...words];
  return wanted.length === tuple.length && wanted.every((word, n) => word === 'any' || word === tuple[n]);
}

function alternativesIn(alternatives: DebAlternatives, context: DebContext): DebAlternatives {
  return alternatives.every((one) => appliesTo(one, context))
    ? alternatives
    : alternatives.filter((one) => appliesTo(one, context));
}

function architectureListHolds(list: readonly Restriction[], architecture: string): boolean {
  let holds = false;
  for (const { name, negated } of list) {
    if (architectureIs(architecture, name)) return !negated;
    if (negated) holds = true;
  }
  return holds;
}

/** ABI, C library, system and CPU (dpkg's tupletable): `base-gnu-linux-amd64`. */
function tupleOf(architecture: string): readonly string[] {
  const words = architecture.split('-');
  const name = words.at(-1)!;
  const system = words.at(-2) ?? 'linux';
  const library = words.at(-3) ?? libraries[system] ?? 'gnu';
  const abi = (words.length === 1 ? linuxAbis[name] : undefined) ?? armAbis[name] ?? 'base';
  return [abi, library, system, cpus[name] ?? name];
}
