import type { RepositoryPlace } from '@millrace/package-metadata';
import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { checkedUrl, Downloads } from './download';

export { Downloads };

/** A repository on the web: its files are fetched into a folder when they are asked for, and only those. */
export function webPlace(address: string, downloads: Downloads, folder: string): RepositoryPlace {
  const base = checkedUrl(address.endsWith('/') ? address : `${address}/`);
  return {
    address,
    async path(href, mostBytes) {
      const url = new URL(href, base).href;
      const to = join(folder, `${randomUUID()}-${basename(href)}`);
      await downloads.fetch({ url, to, mostBytes });
      return to;
    },
    nameOf: (href) => new URL(href, base).href,
  };
}

/** One file of the web, in a folder; its name keeps the suffix. */
export async function webFile(
  address: string,
  downloads: Downloads,
  folder: string,
  mostBytes: number,
): Promise<string> {
  const url = checkedUrl(address);
  const to = join(folder, `${randomUUID()}-${basename(url.pathname) || 'file'}`);
  await downloads.fetch({ url: url.href, to, mostBytes });
  return to;
}
