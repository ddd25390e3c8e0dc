import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readLimits } from '../limits';
import { openCompressed, type Checksum } from './open-compressed';
import { unzstd } from './zstd';

const fixtures = join(__dirname, 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'millrace-compression-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = [
  ...['sample.txt.gz', 'sample.txt.zst', 'streamed.txt.zst', 'sample.txt.xz', 'blocks.txt.xz'],
  ...['sample.txt.lz4', 'linked.txt.lz4'],
];
const expected = sampleText();

/** The text of every fixture, made again. */
function sampleText(): string {
  const words = ['mill', 'stone', 'wheel', 'sluice', 'grain', 'quern', 'sieve', 'flour', 'hopper', 'race'];
  let state = 20260101;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const line = (n: number): string =>
    `${n}:${Array.from({ length: 2 + next(9) }, () => ` ${words[next(10)]}`).join('')}\n`;
  return `${Array.from({ length: 4000 }, (_, n) => line(n)).join('')}é — the end\n`;
}

async function open(path: string, checksum: Checksum | null = null, limits = readLimits): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of openCompressed(path, checksum, limits)) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

function written(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function* pieces(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

describe('a compressed file', () => {
  it.each(files)('%s opens to what was compressed', async (name) => {
    expect((await open(join(fixtures, name))) === expected).toBe(true);
  });

  it.each(files)('%s is known by its first bytes too', async (name) => {
    const path = written('without-suffix', readFileSync(join(fixtures, name)));
    expect((await open(path)) === expected).toBe(true);
  });

  it('is read as it is when it is plain', async () => {
    expect(await open(written('plain.txt', 'Package: a\n'))).toBe('Package: a\n');
    expect(await open(written('empty.txt', ''))).toBe('');
  });

  it.each(['sample.txt.zst', 'sample.txt.lz4', 'sample.txt.gz'])('%s may have several parts', async (name) => {
    const one = readFileSync(join(fixtures, name));
    expect((await open(written(`twice-${name}`, Buffer.concat([one, one])))) === expected + expected).toBe(true);
  });

  it('opens as zstd however it is cut', async () => {
    const stored = readFileSync(join(fixtures, 'streamed.txt.zst'));
    for (const size of [1, 7, 4096]) {
      const parts: Uint8Array[] = [];
      for await (const part of unzstd(pieces(stored, size))) parts.push(part);
      expect(Buffer.concat(parts).toString() === expected).toBe(true);
    }
  });

  it('can be left before its end, and another one read then', async () => {
    for (const name of files) {
      for await (const chunk of openCompressed(join(fixtures, name))) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    }
    expect((await open(join(fixtures, 'sample.txt.xz'))) === expected).toBe(true);
  });
});

describe('a file that cannot be trusted', () => {
  it.each(files)('%s cut short is refused', async (name) => {
    const stored = readFileSync(join(fixtures, name));
    for (const length of [7, stored.length >> 1, stored.length - 1]) {
      const path = written(`cut-${name}`, stored.subarray(0, length));
      await expect(open(path)).rejects.toMatchObject({
        code: 'metadata-damaged',
        message: expect.stringContaining(path),
      });
    }
  });

  it.each(files)('%s with a changed byte is refused', async (name) => {
    const stored = readFileSync(join(fixtures, name));
    for (const at of [20, stored.length >> 1, stored.length - 6]) {
      const changed = Buffer.from(stored);
      changed[at]! ^= 0x55;
      await expect(open(written(`changed-${name}`, changed))).rejects.toMatchObject({ code: 'metadata-damaged' });
    }
  });

  it('is refused when its name promises another format', async () => {
    const path = written('plain.zst', 'Package: a\n');
    await expect(open(path)).rejects.toMatchObject({ message: expect.stringContaining('no zstd file') });
  });

  it.each([
    ['x.bz2', 'BZh91AY', 'bzip2'],
    ['x.zck', '\0ZCK1', 'zchunk'],
  ])('%s is refused with what can be read', async (name, content, format) => {
    await expect(open(written(name, content))).rejects.toMatchObject({
      ...{ code: 'metadata-compression', message: expect.stringContaining(format) },
      remedy: expect.stringContaining('gzip, zstd, xz, lz4'),
    });
  });

  it.each(files)('%s is refused when it opens to more than the limit', async (name) => {
    const limits = { ...readLimits, openBytes: 10_000 };
    await expect(open(join(fixtures, name), null, limits)).rejects.toMatchObject({ code: 'metadata-too-large' });
  });

  it('never holds what a bomb unfolds to', async () => {
    // A frame of blocks of four bytes that each stand for 128 KiB: 100 MiB in 3 kB.
    const block = Buffer.from([0x02, 0x00, 0x10, 0x41]);
    const frame = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), ...Array<Buffer>(800).fill(block)]);
    let largest = 0;
    await expect(async () => {
      for await (const part of unzstd(pieces(frame, frame.length))) largest = Math.max(largest, part.length);
    }).rejects.toThrow('unexpected end');
    expect(largest).toBe(128 * 1024);
  });

  it('is refused when its zstd window is larger than 128 MiB', async () => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00]);
    await expect(unzstd(pieces(frame, 9)).next()).rejects.toThrow('window');
  });

  it('is refused when it is several xz streams, of which only the first could be read', async () => {
    const one = readFileSync(join(fixtures, 'sample.txt.xz'));
    await expect(open(written('twice.xz', Buffer.concat([one, one])))).rejects.toMatchObject({
      message: expect.stringContaining('more than one xz stream'),
    });
    await expect(open(written('garbage.xz', Buffer.concat([one, Buffer.alloc(4)])))).rejects.toMatchObject({
      code: 'metadata-damaged',
    });
  });

  it('is refused when xz checks it in a way that is not read, and says which ones are', async () => {
    const path = join(fixtures, 'sha256.txt.xz');
    await expect(open(path)).rejects.toMatchObject({ message: expect.stringContaining('crc32 or crc64') });
  });

  it('is refused when its checksum is wrong, at the end', async () => {
    const stored = gzipSync('x');
    const value = createHash('sha256').update(stored).digest('hex');
    const path = written('x.gz', stored);
    expect(await open(path, { type: 'sha256', value })).toBe('x');
    await expect(open(path, { type: 'sha256', value: 'ab' })).rejects.toMatchObject({ code: 'metadata-checksum' });
    await expect(open(path, { type: 'md5', value })).rejects.toMatchObject({ code: 'metadata-checksum' });
  });
});
