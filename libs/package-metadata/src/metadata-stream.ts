import { AppError } from '@millrace/kernel';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { assertSize, tooLarge, type ReadLimits } from './limits';

export interface Checksum {
  readonly type: string;
  readonly value: string;
}

const algorithms: Readonly<Record<string, string>> = { sha: 'sha1', sha1: 'sha1', sha256: 'sha256', sha512: 'sha512' };

/**
 * The open text of a metadata file in chunks of UTF-8, decompressed by its name (`.gz`, `.zst` where Node knows it, or
 * plain). A reader that comes to the end knows that the stored bytes have the checksum: a wrong one is thrown instead
 * of the end.
 * @throws AppError `metadata-missing`, `metadata-too-large`, `metadata-checksum`, `metadata-compression`, `metadata-damaged`
 */
export async function* openText(path: string, checksum: Checksum | null, limits: ReadLimits): AsyncGenerator<string> {
  await assertSize(path, limits.storedBytes);
  const hash = checksum ? createHash(algorithmOf(checksum, path)) : null;
  const raw = createReadStream(path);
  const hashed = new Transform({
    transform(chunk: Buffer, _, next) {
      hash?.update(chunk);
      next(null, chunk);
    },
  });
  const open = decompressor(path);
  const text = new TextDecoder('utf-8');
  let bytes = 0;
  raw.on('error', (e) => hashed.destroy(e));
  hashed.on('error', (e) => open?.destroy(e));
  raw.pipe(hashed);
  const source: Readable = open ? hashed.pipe(open) : hashed;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.openBytes) throw tooLarge(path, limits.openBytes, 'bytes');
      yield text.decode(chunk, { stream: true });
    }
    yield text.decode();
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : damaged(path, thrown);
  } finally {
    raw.destroy();
  }
  const actual = hash?.digest('hex');
  if (checksum && actual !== checksum.value) throw wrongChecksum(path, checksum, actual!);
}

/** The whole open text. */
export async function readText(path: string, checksum: Checksum | null, limits: ReadLimits): Promise<string> {
  const parts: string[] = [];
  for await (const part of openText(path, checksum, limits)) parts.push(part);
  return parts.join('');
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

function decompressor(path: string): Transform | null {
  if (path.endsWith('.gz')) return zlib.createGunzip();
  if (!/\.(zst|xz|bz2|zck)$/.test(path)) return null;
  const zstd = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;
  if (path.endsWith('.zst') && zstd) return zstd();
  throw new AppError({
    code: 'metadata-compression',
    kind: 'invalid',
    message: `${path} is compressed in a way that cannot be read here`,
    remedy: 'make the metadata with createrepo_c --general-compress-type=gz, or run Node 22.15 or newer for .zst',
  });
}

function damaged(path: string, cause: unknown): AppError {
  return new AppError({
    code: 'metadata-damaged',
    kind: 'invalid',
    message: `${path} cannot be read: ${cause instanceof Error ? cause.message.slice(0, 200) : 'unknown reason'}`,
    remedy: "make the repository's metadata again",
    cause,
  });
}

function wrongChecksum(path: string, expected: Checksum, actual: string): AppError {
  return new AppError({
    code: 'metadata-checksum',
    kind: 'unavailable',
    message: `${path} has the ${expected.type} ${actual.slice(0, 16)}…, but repomd.xml says ${expected.value.slice(0, 16)}…`,
    remedy: 'the repository is being written, or is damaged: try again, then make its metadata again',
  });
}
