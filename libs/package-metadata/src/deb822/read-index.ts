import { readLimits, tooLarge, type ReadLimits } from '../limits';
import { deb822Error, StanzaReader } from './stanza-reader';
import type { RelationParser, DebDependencies } from './relation';

/** One paragraph of an index, by the names of its fields. */
export class Fields<Name extends string> {
  /** The value, or null where the paragraph has none. */
  readonly get: (name: Name) => string | null;

  constructor(
    private readonly what: string,
    private readonly line: number,
    places: ReadonlyMap<Name, number>,
    values: readonly (string | null)[],
  ) {
    this.get = (name) => values[places.get(name)!] ?? null;
  }

  required(name: Name): string {
    const value = this.get(name);
    if (value) return value;
    throw this.damaged(`the paragraph has no ${name}`);
  }

  words(name: Name): readonly string[] {
    return (this.get(name) ?? '').split(/[\s,]+/).filter((word) => word !== '');
  }

  relations(name: Name, parser: RelationParser): DebDependencies {
    try {
      return parser.parse(this.get(name));
    } catch (cause) {
      throw this.damaged(`${name}: ${(cause as Error).message}`);
    }
  }

  damaged(why: string): Error {
    return deb822Error(this.what, this.line, why);
  }
}

/** Reads an index paragraph by paragraph, in memory that does not grow with it. */
export async function* readIndex<Name extends string, T>(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  names: readonly Name[],
  make: (fields: Fields<Name>) => T,
  what: string,
  limits: ReadLimits = readLimits,
): AsyncGenerator<T> {
  const places = new Map(names.map((name, n) => [name, n]));
  let ready: T[] = [];
  let count = 0;
  const reader = new StanzaReader(what, names, (values, line) => {
    if (++count > limits.packages) throw tooLarge(what, limits.packages, 'paragraphs');
    ready.push(make(new Fields(what, line, places, values)));
  });
  for await (const chunk of chunks) {
    reader.write(chunk);
    yield* ready;
    ready = [];
  }
  reader.end();
  yield* ready;
}
