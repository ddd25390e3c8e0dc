import type { ModuleDescription, StreamNeeds } from './modulemd';

/** Name -> streams that are there. */
export type AvailableStreams = ReadonlyMap<string, ReadonlySet<string>>;

export interface ExpansionPolicy {
  /** Streams of one need that are followed; the rest is left out and said. */
  readonly maxStreams: number;
  /** Whether a stream is still supported; those that are not are left out and said. */
  readonly supported?: (module: string, stream: string) => boolean;
}

export const expansionPolicy: ExpansionPolicy = { maxStreams: 100 };

/** One need of a module, resolved. */
export interface ResolvedNeed {
  readonly module: string;
  readonly streams: readonly string[];
  /** Asked for and not there: bootstrap streams that were never shipped, or mistakes. */
  readonly external: readonly { readonly stream: string; readonly hint: string | null }[];
  readonly leftOut: readonly { readonly stream: string; readonly because: 'unsupported' | 'too-many' }[];
}

/** A module as it is known to build systems: name, stream, version, context; some may be missing. */
export function nsvcText(of: Pick<ModuleDescription, 'name' | 'stream' | 'version' | 'context'>): string {
  return [of.name, of.stream, of.version, of.context].filter((part) => part !== null).join(':');
}

export function availableStreams(modules: readonly ModuleDescription[]): AvailableStreams {
  const found = new Map<string, Set<string>>();
  for (const { name, stream } of modules) found.set(name, (found.get(name) ?? new Set<string>()).add(stream));
  return found;
}

/** Of each stream the modules of its newest version, all contexts of it. */
export function newestBuilds(modules: readonly ModuleDescription[]): readonly ModuleDescription[] {
  const newest = new Map<string, bigint>();
  const keyOf = (of: ModuleDescription): string => `${of.name}:${of.stream}`;
  for (const module of modules) {
    const version = versionOf(module);
    if (version > (newest.get(keyOf(module)) ?? -1n)) newest.set(keyOf(module), version);
  }
  return modules.filter((module) => versionOf(module) === newest.get(keyOf(module)));
}

/**
 * Expands what a module needs to the streams that are there: none named means any, `-x` any but x. A stream that is
 * not there is external, with a hint where another one differs by a lost trailing zero only.
 */
export function expandStreams(
  needs: StreamNeeds,
  available: AvailableStreams,
  policy: ExpansionPolicy = expansionPolicy,
): readonly ResolvedNeed[] {
  return Object.entries(needs).map(([module, streams]) => expandNeed(module, streams, available.get(module), policy));
}

/** What a tool that reads streams as numbers makes of `5.30`: the stream that it must have been. */
export function trailingZeroHint(module: string, stream: string, available: Iterable<string>): string | null {
  const like = [...available].filter(
    (one) => one !== stream && isNumber(one) && isNumber(stream) && Number(one) === Number(stream),
  );
  if (like.length === 0) return null;
  const names = like.map((one) => `${module}:${one}`).join(' or ');
  return `${module}:${stream} is not there, but ${names} is: a tool that took the stream for a number lost a trailing zero`;
}

function expandNeed(
  module: string,
  asked: readonly string[],
  known: ReadonlySet<string> | undefined,
  policy: ExpansionPolicy,
): ResolvedNeed {
  const there = known ?? new Set<string>();
  const excluded = new Set(asked.filter((stream) => stream.startsWith('-')).map((stream) => stream.slice(1)));
  const wanted = asked.filter((stream) => !stream.startsWith('-'));
  const matching = wanted.length > 0 ? wanted.filter((one) => there.has(one)) : [...there];
  const usable = [...new Set(matching)].filter((one) => !excluded.has(one));
  const supported = usable.filter((one) => policy.supported?.(module, one) ?? true);
  const missing = wanted.filter((one) => !there.has(one));
  return {
    module,
    streams: supported.slice(0, policy.maxStreams),
    external: missing.map((stream) => ({ stream, hint: trailingZeroHint(module, stream, there) })),
    leftOut: [
      ...usable
        .filter((one) => !supported.includes(one))
        .map((stream) => ({ stream, because: 'unsupported' as const })),
      ...supported.slice(policy.maxStreams).map((stream) => ({ stream, because: 'too-many' as const })),
    ],
  };
}

function isNumber(stream: string): boolean {
  return /^\d{1,9}(\.\d{1,9})?$/.test(stream);
}

function versionOf({ version }: ModuleDescription): bigint {
  return version !== null && /^\d{1,30}$/.test(version) ? BigInt(version) : 0n;
}
