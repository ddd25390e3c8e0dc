import { readLimits, tooLarge, type ReadLimits } from '../limits';
import { deb822Error, StanzaReader, type Stanza } from './stanza-reader';
import type { RelationParser, DebDependencies } from './relation';

/** One paragraph of an index, by the names of its fields. */
export class Fields<Name extends string> {
  constructor(
    private readonly what: string,
    private readonly places: ReadonlyMap<Name, number>,
    private readonly stanza: Stanza,
  ) {}

  /** The value, or null where the paragraph has none. */
  get(name: Name): string | null {
    return this.stanza.text(this.places.get(name)!);
  }

  required(name: Name): string {
    const value = this.get(name);
    if (value) return value;
    throw this.damaged(`the paragraph has no ${name}`);
  }

  relations(name: Name, parser: RelationParser): DebDependencies {
    try {
      const { stanza } = this;
      const field = this.places.get(name)!;
      const start = stanza.start(field);
      return start === -1 ? [] : parser.parseBytes(stanza.data, start, stanza.end(field));
    } catch (cause) {
      throw this.damaged(`${name}: ${(cause as Error).message}`);
    }
  }

  damaged(why: string): Error {
    return deb822Error(this.what, this.stanza.line, why);
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
  const reader = new StanzaReader(what, names, (stanza) => {
    if (++count > limits.packages) throw tooLarge(what, limits.packages, 'paragraphs');
    ready.push(make(new Fields(what, places, stanza)));
  });
  for await (const chunk of chunks) {
    reader.write(chunk);
    yield* ready;
    ready = [];
  }
  reader.end();
  yield* ready;
}
