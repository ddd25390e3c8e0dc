import { openText, readLimits } from '@millrace/package-metadata';

/** Bytes of one file that people write. */
const mostBytes = 64 * 1024 * 1024;

/**
 * The text of a file, compressed or not.
 * @throws AppError `metadata-missing`, `metadata-too-large`, `metadata-damaged`
 */
export async function textOf(path: string): Promise<string> {
  let text = '';
  for await (const chunk of openText(path, null, { ...readLimits, openBytes: mostBytes })) text += chunk;
  return text;
}
