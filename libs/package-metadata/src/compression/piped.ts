import { pipeline, Readable, type Transform } from 'node:stream';

/** What comes out of a transforming stream. An error on either side ends both, and is thrown to the reader. */
export function piped(chunks: AsyncIterable<Uint8Array>, through: Transform): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false });
  // The reader of the iteration is told of every error; the callback is what keeps it from being uncaught.
  return pipeline(source, through, () => undefined);
}
