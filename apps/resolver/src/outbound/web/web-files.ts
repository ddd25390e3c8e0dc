import { folderPlace, openText, readLimits, type RepositoryPlace } from '@millrace/package-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Downloads } from './web-place';
import type { WebSettings } from './settings';

/** Bytes of one file that people write. */
const mostTextBytes = 64 * 1024 * 1024;

/** What speaks to the web is loaded for imports that need it: most read files that are here. */
interface Web {
  file(address: string, mostBytes: number): Promise<string>;
  place(address: string): RepositoryPlace;
}

/** Files by address: local ones where they are, those of the web in a folder that goes when everything was read. */
export class WebFiles {
  private folder: string | null = null;
  private downloads: Downloads | null = null;

  constructor(
    private readonly settings: WebSettings,
    private readonly signal: AbortSignal | null = null,
  ) {}

  /** The local path of a file. */
  async path(address: string, mostBytes = readLimits.storedBytes): Promise<string> {
    if (isOfWeb(address)) return (await this.web()).file(address, mostBytes);
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
    return isOfWeb(address) ? (await this.web()).place(address) : folderPlace(address);
  }

  async close(): Promise<void> {
    await this.downloads?.close();
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true });
  }

  private async web(): Promise<Web> {
    const { Downloads, webFile, webPlace } = await import('./web-place.js');
    const downloads = (this.downloads ??= new Downloads(this.settings, this.signal));
    const folder = await this.ownFolder();
    return {
      file: (address, mostBytes) => webFile(address, downloads, folder, mostBytes),
      place: (address) => webPlace(address, downloads, folder),
    };
  }

  private async ownFolder(): Promise<string> {
    return (this.folder ??= await mkdtemp(join(tmpdir(), 'millrace-fetched-')));
  }
}

function isOfWeb(address: string): boolean {
  return /^https?:\/\//.test(address);
}
