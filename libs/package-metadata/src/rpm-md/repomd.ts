import { AppError } from '@millrace/kernel';
import type { Checksum } from '../compression/open-compressed';
import { XmlReader } from './xml-reader';

/** One file that `repomd.xml` lists: `primary`, `filelists`, `modules`, ... */
export interface RepomdEntry {
  readonly type: string;
  /** Path below the repository. */
  readonly href: string;
  readonly checksum: Checksum | null;
  /** Bytes as it is stored; null when the repository does not say. */
  readonly size: number | null;
}

/**
 * Reads `repomd.xml` (the format of createrepo_c).
 * @throws AppError `metadata-damaged`, or `metadata-path` when an entry leads out of the repository
 */
export function parseRepomd(xml: string, what = 'repomd.xml'): readonly RepomdEntry[] {
  const entries: RepomdEntry[] = [];
  let type = '';
  let href = '';
  let checksum: Checksum | null = null;
  let size: number | null = null;
  let checksumType = '';
  const reader = new XmlReader(what, {
    open(name, attributes) {
      if (name === 'data') [type, href, checksum, size] = [attributes['type'] ?? '', '', null, null];
      if (name === 'location') href = attributes['href'] ?? '';
      if (name === 'checksum') checksumType = attributes['type'] ?? '';
    },
    close(name, text) {
      if (name === 'checksum') checksum = { type: checksumType, value: text };
      if (name === 'size' && /^\d{1,15}$/.test(text)) size = Number(text);
      if (name === 'data') entries.push({ type, href: confined(href, what), checksum, size });
    },
  });
  reader.write(xml);
  reader.end();
  return entries;
}

function confined(href: string, what: string): string {
  const steps = href.split('/');
  if (href !== '' && !href.startsWith('/') && !href.includes('\0') && !steps.includes('..') && !href.includes(':')) {
    return href;
  }
  throw new AppError({
    code: 'metadata-path',
    kind: 'invalid',
    message: `${what} names the file '${href.slice(0, 100)}', which is not below its repository`,
    remedy: "make the repository's metadata again, without --baseurl",
  });
}
