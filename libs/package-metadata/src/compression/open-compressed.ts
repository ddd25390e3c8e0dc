import { AppError, toAppError } from '@millrace/kernel';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { assertSize, readLimits, tooLarge, type ReadLimits } from '../limits';
import { compressionFormats, formatByMagic, formatByName, type CompressionFormat } from './format';

/** The checksum of a file's bytes as they are stored. */
export interface Checksum {
  readonly type: string;
  readonly value: string;
}

const algorithms: Readonly<Record<string, string>> = { sha: 'sha1', sha1: 'sha1', sha256: 'sha256', sha512: 'sha512' };

/**
 * The open bytes of a file in chunks: gzip, zstd, xz, lz4 or plain, told by its first bytes, which must agree with
 * its name where that has a suffix. A reader that comes to the end knows that the stored bytes have the checksum: a
 * wrong one is thrown instead of the end. Never more than a few megabytes are held, however much a file unfolds to.
 * @param what  what errors call it
 * @throws AppError `metadata-missing`, `metadata-too-large`, `metadata-checksum`, `metadata-compression`, `metadata-damaged`
 */
export async function* openCompressed(
  path: string,
  checksum: Checksum | null = null,
  limits: ReadLimits = readLimits,
  what = path,
): AsyncGenerator<Uint8Array> {
  await assertSize(path, limits.storedBytes, what);
  const algorithm = checksum && algorithmOf(checksum, what);
  const hash = algorithm ? createHash(algorithm) : null;
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 });
  let bytes = 0;
  try {
    const stored = storedChunks(raw, (chunk) => hash?.update(chunk));
    const { start, chunks } = await peek(stored);
    const format = formatOf(path, start, what);
    for await (const chunk of format?.open ? format.open(chunks) : chunks) {
      bytes += chunk.length;
      if (bytes > limits.openBytes) throw tooLarge(what, limits.openBytes, 'bytes');
      yield chunk;
    }
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : damaged(what, bytes, thrown);
  } finally {
    raw.destroy();
  }
  const actual = hash?.digest('hex');
  if (checksum && actual !== checksum.value) throw wrongChecksum(what, checksum, actual!);
}

async function* storedChunks(
  raw: AsyncIterable<Buffer>,
  seen: (chunk: Buffer) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of raw) {
    seen(chunk);
    yield chunk;
  }
}

async function peek(source: AsyncGenerator<Uint8Array, void>): Promise<{
  readonly start: Uint8Array;
  readonly chunks: AsyncIterable<Uint8Array>;
}> {
  const first = await source.next();
  const start = first.done ? new Uint8Array(0) : first.value;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield start;
    yield* source;
  }
  return { start, chunks: chunks() };
}

function formatOf(path: string, start: Uint8Array, what: string): CompressionFormat | null {
  const promised = formatByName(path);
  const shown = formatByMagic(start);
  if (promised && promised !== shown) throw damaged(what, 0, new Error(`it is no ${promised.name} file`));
  if (!shown || shown.open) return shown;
  throw new AppError({
    code: 'metadata-compression',
    kind: 'invalid',
    message: `${what} is compressed with ${shown.name}, which is not read here`,
    remedy: `use one of ${compressionFormats.flatMap((one) => (one.open ? [one.name] : [])).join(', ')}, or none`,
  });
}

function algorithmOf(checksum: Checksum, path: string): string {
  const algorithm = algorithms[checksum.type];
  if (algorithm) return algorithm;
  throw new AppError({
    code: 'metadata-checksum',
    kind: 'invalid',
    message: `the checksum of ${path} is of the unknown type '${checksum.type.slice(0, 20)}'`,
    remedy: `make the repository's metadata with one of ${Object.keys(algorithms).join(', ')}`,
  });
}

function damaged(path: string, bytes: number, cause: unknown): AppError {
  const why = toAppError(cause).message.slice(0, 200);
  return new AppError({
    code: 'metadata-damaged',
    kind: 'invalid',
    message: `${path} cannot be read after ${bytes} open bytes: ${why}`,
    remedy: 'fetch it or make it again: it is cut short or damaged',
    cause,
  });
}

function wrongChecksum(path: string, expected: Checksum, actual: string): AppError {
  return new AppError({
    code: 'metadata-checksum',
    kind: 'unavailable',
    message: `${path} has the ${expected.type} ${actual.slice(0, 16)}…, but ${expected.value.slice(0, 16)}… was promised`,
    remedy: 'the repository is being written, or is damaged: try again, then make its metadata again',
  });
}
