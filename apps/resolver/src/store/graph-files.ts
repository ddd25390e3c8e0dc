import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { decodeNetwork, encodeNetwork } from '../domain/graph/encode';
import type { Network } from '../domain/graph/network';

/** Imported graphs as files, by their digest: a row names the file, and equal graphs share one. */
export class GraphFiles {
  constructor(private readonly folder: string) {}

  /** Writes whole or not at all, and answers the digest. */
  async write(network: Network): Promise<string> {
    const { bytes, digest } = encodeNetwork(network);
    await mkdir(this.folder, { recursive: true });
    const path = this.pathOf(digest);
    if (await stat(path).catch(() => null)) return digest;
    const draft = `${path}.${randomUUID()}`;
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return digest;
  }

  /** @throws AppError `snapshot-damaged` */
  async read(digest: string): Promise<Network> {
    const path = this.pathOf(digest);
    const bytes = await readFile(path).catch(() => new Uint8Array(0));
    // Parts are used where they lie, as integers: they must lie at multiples of eight.
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
    return decodeNetwork(aligned, path);
  }

  async remove(digest: string): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  private pathOf(digest: string): string {
    return join(this.folder, `${digest.replace(/^sha256:/, '')}.graph`);
  }
}
