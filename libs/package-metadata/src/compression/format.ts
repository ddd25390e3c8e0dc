import { createGunzip } from 'node:zlib';
import { unlz4 } from './lz4';
import { piped } from './piped';
import { unxz } from './xz';
import { unzstd } from './zstd';

export type Decompress = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

export interface CompressionFormat {
  readonly name: string;
  readonly suffix: string;
  /** The bytes that every such file begins with. */
  readonly magic: readonly number[];
  /** Null for formats that are known and not read. */
  readonly open: Decompress | null;
}

/** What metadata is compressed with in the field. */
export const compressionFormats: readonly CompressionFormat[] = [
  { name: 'gzip', suffix: '.gz', magic: [0x1f, 0x8b], open: gunzip },
  { name: 'zstd', suffix: '.zst', magic: [0x28, 0xb5, 0x2f, 0xfd], open: unzstd },
  { name: 'xz', suffix: '.xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], open: unxz },
  { name: 'lz4', suffix: '.lz4', magic: [0x04, 0x22, 0x4d, 0x18], open: unlz4 },
  { name: 'bzip2', suffix: '.bz2', magic: [0x42, 0x5a, 0x68], open: null },
  { name: 'zchunk', suffix: '.zck', magic: [0x00, 0x5a, 0x43, 0x4b, 0x31], open: null },
];

/** The format that a file's name promises. */
export function formatByName(path: string): CompressionFormat | null {
  return compressionFormats.find((one) => path.endsWith(one.suffix)) ?? null;
}

/** The format that a file's first bytes show. */
export function formatByMagic(start: Uint8Array): CompressionFormat | null {
  return compressionFormats.find((one) => one.magic.every((byte, n) => start[n] === byte)) ?? null;
}

function gunzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return piped(chunks, createGunzip({ chunkSize: 128 * 1024 }));
}
