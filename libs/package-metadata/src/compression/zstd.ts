import { Decompress } from 'fzstd';
import { ByteQueue } from './byte-queue';
import { XxHash64 } from './xxhash64';

/** The window that zstd itself takes without being told otherwise: 128 MiB. */
const maxWindow = 128 * 1024 * 1024;
const frameMagic = 0xfd2fb528;

/**
 * Decompresses zstd. Frames are taken apart here (RFC 8878, 3.1.1), and fzstd gets one block at a time: a few bytes that
 * stand for gigabytes never become more than 128 KiB at once. The checksum of a frame is verified where it has one.
 * Node's own decoder is not used: of a file of several frames it reads the first.
 * @throws Error on damaged or truncated input, and on a window larger than 128 MiB
 */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(chunks);
  do {
    const magic = viewOf(await queue.take(4)).getUint32(0, true);
    if (magic >>> 4 === 0x184d2a5) {
      await queue.skip(viewOf(await queue.take(4)).getUint32(0, true));
    } else if (magic === frameMagic) {
      yield* frame(queue);
    } else {
      throw new Error('no zstd frame begins where one should');
    }
  } while (!(await queue.ended()));
}

async function* frame(queue: ByteQueue): AsyncGenerator<Uint8Array> {
  const { header, hasChecksum } = await frameHeader(queue);
  const hash = hasChecksum ? new XxHash64() : null;
  let open: Uint8Array[] = [];
  const stream = new Decompress((data) => {
    hash?.update(data);
    open.push(data);
  });
  stream.push(header);
  for (let last = false; !last;) {
    const head = new Uint8Array(await queue.take(3));
    const bits = head[0]! | (head[1]! << 8) | (head[2]! << 16);
    last = (bits & 1) === 1;
    const repeats = (bits & 6) === 2;
    const body = await queue.take(repeats ? 1 : bits >>> 3);
    stream.push(Buffer.concat([head, body]), last);
    yield* open;
    open = [];
  }
  if (hash && viewOf(await queue.take(4)).getUint32(0, true) !== hash.digestLow()) {
    throw new Error('its content does not match its checksum');
  }
}

async function frameHeader(queue: ByteQueue): Promise<{ readonly header: Uint8Array; readonly hasChecksum: boolean }> {
  const descriptor = (await queue.take(1))[0]!;
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  if ((descriptor & 3) !== 0) throw new Error('it needs a dictionary');
  const sizeBytes = sizeFlag === 0 ? Number(single) : 1 << sizeFlag;
  const rest = new Uint8Array(await queue.take(Number(!single) + sizeBytes));
  const window = single ? contentSize(rest) : windowSize(rest[0]!);
  if (window > maxWindow) throw new Error(`its window of ${window} bytes is larger than ${maxWindow}`);
  const magic = [0x28, 0xb5, 0x2f, 0xfd];
  // The checksum is taken care of here: fzstd is told that there is none.
  return { header: Uint8Array.from([...magic, descriptor & ~4, ...rest]), hasChecksum: (descriptor & 4) !== 0 };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(bytes: Uint8Array): number {
  const size = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 2 ? size + 256 : size;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
