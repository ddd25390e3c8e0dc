import { StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * An answer that is JSON text already, in pieces that are made when they are sent: for answers of megabytes, which would
 * else be built, checked and written at once. Over HTTP it streams, and others are answered between two pieces; over
 * NATS it is one run of bytes. The contract is not looked at again: who writes one tests it against the reply's schema.
 */
export class WrittenAnswer {
  constructor(private readonly pieces: Iterable<string>) {}

  /** A short one is text, with its length known. */
  overHttp(): string | StreamableFile {
    const pieces = this.pieces[Symbol.iterator]();
    const first = pieces.next();
    const second = pieces.next();
    if (first.done || second.done) return first.done ? '' : first.value;
    const stream = Readable.from(following([first.value, second.value], pieces), { objectMode: false });
    return new StreamableFile(stream, { type: jsonType });
  }

  toBytes(): Uint8Array {
    return Buffer.from([...this.pieces].join(''));
  }

  toString(): string {
    return [...this.pieces].join('');
  }
}

export const jsonType = 'application/json; charset=utf-8';

async function* following(given: readonly string[], rest: Iterator<string>): AsyncGenerator<Buffer> {
  for (const piece of given) yield Buffer.from(piece);
  for (let next = rest.next(); !next.done; next = rest.next()) {
    yield Buffer.from(next.value);
    await turn();
  }
}
