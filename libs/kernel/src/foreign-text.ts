/**
 * The text (UTF-8) of something foreign that comes in pieces, such as the body of an answer; null: it has more than
 * `mostBytes`, and the rest is not read.
 */
export async function boundedText(pieces: AsyncIterable<Uint8Array> | null, mostBytes: number): Promise<string | null> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces ?? []) {
    bytes += piece.byteLength;
    if (bytes > mostBytes) return null;
    read.push(piece);
  }
  return Buffer.concat(read).toString('utf8');
}

/** What a JSON text says; null: it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
