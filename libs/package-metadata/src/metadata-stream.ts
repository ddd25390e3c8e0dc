import { openCompressed, type Checksum } from './compression/open-compressed';
import type { ReadLimits } from './limits';

/**
 * The open text of a metadata file in chunks of UTF-8, decompressed as {@link openCompressed} does it.
 * @throws AppError `metadata-missing`, `metadata-too-large`, `metadata-checksum`, `metadata-compression`, `metadata-damaged`
 */
export async function* openText(
  path: string,
  checksum: Checksum | null,
  limits: ReadLimits,
  what = path,
): AsyncGenerator<string> {
  const text = new TextDecoder('utf-8');
  for await (const chunk of openCompressed(path, checksum, limits, what)) yield text.decode(chunk, { stream: true });
  yield text.decode();
}

/** The whole open text. */
export async function readText(
  path: string,
  checksum: Checksum | null,
  limits: ReadLimits,
  what = path,
): Promise<string> {
  const parts: string[] = [];
  for await (const part of openText(path, checksum, limits, what)) parts.push(part);
  return parts.join('');
}
