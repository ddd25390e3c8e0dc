import { AppError } from '@millrace/kernel';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRef } from '../build-system';
import { createJson, readJson } from '../local-rpm/json-file';

/** What a server calls its own builds: `task-12`, `module-12-13`. Another server may have the same ids. */
export type PlainRef = string;

/** Counters of a server that its refs are made of, e.g. `{ task: 812, build: 97 }`. */
export type RefCounts = Readonly<Record<string, number>>;

/** How the refs of one kind of server are made. */
export interface RefKind {
  /** The counter that a plain ref is of, and its highest id; null: it is no ref of this kind. */
  readonly read: (plain: PlainRef) => { readonly counter: string; readonly id: number } | null;
  /** The highest ids that the server has given by now. */
  readonly newest: () => Promise<RefCounts>;
}

/** The refs of one build system: `NAME.task-12` outside, `task-12` at its server. */
export interface RefNames {
  readonly outside: (plain: PlainRef) => BuildRef;
  /** @throws AppError `build-ref-foreign` (missing) where another build system is named */
  readonly inside: (ref: BuildRef) => PlainRef;
  /** The same for refs that may be others': those stay as they are. */
  readonly insideIfOwn: (ref: BuildRef) => string;
}

/**
 * The names of a build system's refs, kept in its folder. Where it worked before its refs had names, what its server had
 * made until then keeps the refs that are stored: `task-12`; everything later is `NAME.task-813`.
 */
export function refNames(name: string, dir: string, kind: RefKind): () => Promise<RefNames> {
  let known: Promise<RefNames> | null = null;
  return () => {
    known ??= plainCounts(dir, kind).then(
      (counts) => namesOf(name, kind, counts),
      (thrown: unknown) => {
        known = null;
        throw thrown;
      },
    );
    return known;
  };
}

function namesOf(name: string, kind: RefKind, counts: RefCounts): RefNames {
  const prefix = `${name}.`;
  const isOwn = (ref: BuildRef): boolean => ref.startsWith(prefix) && kind.read(ref.slice(prefix.length)) !== null;
  return {
    outside: (plain) => {
      const of = kind.read(plain);
      return of !== null && of.id > (counts[of.counter] ?? 0) ? `${prefix}${plain}` : plain;
    },
    inside: (ref) => {
      if (isOwn(ref)) return ref.slice(prefix.length);
      const [, plain] = /^[a-z][a-z0-9-]{0,39}\.([a-z].*)$/.exec(ref) ?? [];
      if (plain !== undefined && kind.read(plain) !== null) throw foreign(name, ref);
      return ref;
    },
    insideIfOwn: (ref) => (isOwn(ref) ? ref.slice(prefix.length) : ref),
  };
}

/** Up to where refs have no name: nowhere in a folder that is new. */
async function plainCounts(dir: string, kind: RefKind): Promise<RefCounts> {
  const file = join(dir, 'refs.json');
  const before = await readJson<RefCounts>(file);
  if (before) return before;
  await mkdir(dir, { recursive: true });
  const wasUsed = (await readdir(dir)).some((entry) => !entry.startsWith('refs.json'));
  // Who was faster may have begun to work here meanwhile: its word counts.
  const counts = wasUsed && (await readJson<RefCounts>(file)) === null ? await kind.newest() : {};
  await createJson(file, counts);
  return (await readJson<RefCounts>(file)) ?? counts;
}

function foreign(name: string, ref: BuildRef): AppError {
  return new AppError({
    code: 'build-ref-foreign',
    kind: 'missing',
    message: `build ${ref.slice(0, 120)} is none of ${name}`,
    remedy: 'ask the build system that its name begins with',
  });
}
