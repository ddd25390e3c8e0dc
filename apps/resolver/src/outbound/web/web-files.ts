import { folderPlace, openText, readLimits, type RepositoryPlace } from '@millrace/package-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Downloads } from './download';
import type { WebSettings } from './settings';
import { webFile, webPlace } from './web-place';

/** Bytes of one file that people write. */
const mostTextBytes = 64 * 1024 * 1024;

/** Files by address: local ones where they are, those of the web in a folder that goes when everything was read. */
export class WebFiles {
  private folder: string | null = null;
  private readonly downloads: Downloads;

  constructor(settings: WebSettings, signal: AbortSignal | null = null) {
    this.downloads = new Downloads(settings, signal);
  }

  /** The local path of a file. */
  async path(address: string, mostBytes = readLimits.storedBytes): Promise<string> {
    if (isOfWeb(address)) return webFile(address, this.downloads, await this.ownFolder(), mostBytes);
    return address.startsWith('file://') ? fileURLToPath(address) : address;
  }

  /** The text of a file that people write, compressed or not. */
  async text(address: string, mostBytes = mostTextBytes): Promise<string> {
    let text = '';
    const limits = { ...readLimits, storedBytes: mostBytes, openBytes: mostBytes };
    for await (const chunk of openText(await this.path(address, mostBytes), null, limits, address)) text += chunk;
    return text;
  }

  async place(address: string): Promise<RepositoryPlace> {
    return isOfWeb(address) ? webPlace(address, this.downloads, await this.ownFolder()) : folderPlace(address);
  }

  async close(): Promise<void> {
    await this.downloads.close();
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true });
  }

  private async ownFolder(): Promise<string> {
    return (this.folder ??= await mkdtemp(join(tmpdir(), 'millrace-fetched-')));
  }
}

function isOfWeb(address: string): boolean {
  return /^https?:\/\//.test(address);
}
