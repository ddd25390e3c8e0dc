import { ByteQueue } from './byte-queue';
import { XxHash32 } from './xxhash32';

const frameMagic = 0x184d2204;
/** How far back a block may point. */
const history = 64 * 1024;
const blockSizes: Readonly<Record<number, number>> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 };

/** Shorter ones are copied sooner byte by byte than by a call. */
const longRun = 48;

interface FrameOptions {
  readonly blockBytes: number;
  readonly blockChecksum: boolean;
  readonly contentChecksum: boolean;
}

/**
 * Decompresses LZ4 frames, as apt and the `lz4` program write them (lz4/lz4, doc/lz4_Frame_format.md and
 * doc/lz4_Block_format.md). The checksums of header, blocks and content are verified where a frame has them.
 * @throws Error on damaged or truncated input
 */
export async function* unlz4(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(chunks);
  do {
    const magic = wordOf(await queue.take(4));
    if (magic >>> 4 === 0x184d2a5) {
      await queue.skip(wordOf(await queue.take(4)));
    } else if (magic === frameMagic) {
      yield* frame(queue);
    } else {
      throw new Error('no lz4 frame begins where one should');
    }
  } while (!(await queue.ended()));
}

async function* frame(queue: ByteQueue): AsyncGenerator<Uint8Array> {
  const options = await frameHeader(queue);
  const content = new XxHash32();
  const window = Buffer.alloc(history + options.blockBytes);
  let filled = 0;
  for (;;) {
    const size = wordOf(await queue.take(4));
    if (size === 0) break;
    const plain = size >= 0x80000000;
    const stored = new Uint8Array(await takeBlock(queue, plain ? size - 0x80000000 : size, options.blockBytes));
    if (options.blockChecksum) assertHash(stored, wordOf(await queue.take(4)), 'a block');
    const end = plain ? copyBlock(stored, window, filled) : openBlock(stored, window, filled);
    const open = Buffer.from(window.subarray(filled, end));
    content.update(open);
    yield open;
    const kept = Math.min(end, history);
    window.copyWithin(0, end - kept, end);
    filled = kept;
  }
  if (options.contentChecksum && wordOf(await queue.take(4)) !== content.digest()) {
    throw new Error('its content does not match its checksum');
  }
}

async function frameHeader(queue: ByteQueue): Promise<FrameOptions> {
  const [flags, descriptor] = new Uint8Array(await queue.take(2)) as unknown as readonly [number, number];
  if (flags >>> 6 !== 1) throw new Error('its lz4 frame is of an unknown version');
  if ((flags & 1) !== 0) throw new Error('it needs a dictionary');
  const size = new Uint8Array(await queue.take((flags & 8) !== 0 ? 8 : 0));
  const check = (await queue.take(1))[0]!;
  const hash = new XxHash32();
  hash.update(Uint8Array.from([flags, descriptor, ...size]));
  if (((hash.digest() >>> 8) & 0xff) !== check) throw new Error('the header of its lz4 frame is damaged');
  const blockBytes = blockSizes[(descriptor >>> 4) & 7];
  if (blockBytes === undefined) throw new Error('its lz4 blocks have an unknown size');
  return { blockBytes, blockChecksum: (flags & 0x10) !== 0, contentChecksum: (flags & 4) !== 0 };
}

function takeBlock(queue: ByteQueue, size: number, limit: number): Promise<Uint8Array> {
  if (size > limit) throw new Error(`an lz4 block of ${size} bytes is larger than its frame allows`);
  return queue.take(size);
}

function assertHash(data: Uint8Array, expected: number, what: string): void {
  const hash = new XxHash32();
  hash.update(data);
  if (hash.digest() !== expected) throw new Error(`${what} does not match its checksum`);
}

function copyBlock(stored: Uint8Array, out: Buffer, from: number): number {
  out.set(stored, from);
  return from + stored.length;
}

/** Opens one block behind the history in `out`; gives where its text ends. */
function openBlock(block: Uint8Array, out: Buffer, from: number): number {
  let at = 0;
  let end = from;
  while (at < block.length) {
    const token = block[at++]!;
    let literals = token >>> 4;
    if (literals === 15) [literals, at] = longer(block, at, literals);
    if (at + literals > block.length || end + literals > out.length) throw overrun();
    if (literals > longRun) out.set(block.subarray(at, at + literals), end);
    else for (let n = 0; n < literals; n++) out[end + n] = block[at + n]!;
    end += literals;
    at += literals;
    if (at === block.length) return end;
    const offset = block[at]! | ((block[at + 1] ?? 0) << 8);
    at += 2;
    let length = token & 15;
    if (length === 15) [length, at] = longer(block, at, length);
    end = repeat(out, end, offset, length + 4);
  }
  throw overrun();
}

function longer(block: Uint8Array, from: number, start: number): [number, number] {
  let length = start;
  let at = from;
  for (;;) {
    const byte = block[at++];
    if (byte === undefined) throw overrun();
    length += byte;
    if (byte !== 255) return [length, at];
  }
}

function repeat(out: Buffer, from: number, offset: number, length: number): number {
  if (offset === 0 || offset > from || from + length > out.length) throw overrun();
  if (offset >= length && length > longRun) {
    out.copyWithin(from, from - offset, from - offset + length);
  } else {
    for (let n = 0; n < length; n++) out[from + n] = out[from + n - offset]!;
  }
  return from + length;
}

function overrun(): Error {
  return new Error('an lz4 block is damaged');
}

function wordOf(bytes: Uint8Array): number {
  return (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;
}
