import { readLimits, tooLarge, type ReadLimits } from '../limits';
import { XmlReader } from './xml-reader';

/** Which of the wanted files one package ships. */
export interface PackageFiles {
  readonly name: string;
  readonly arch: string;
  readonly checksum: string;
  readonly files: readonly string[];
}

/**
 * Reads `filelists.xml` and keeps only the wanted files: a distribution ships millions, and requires a few hundred.
 * Packages without one are left out.
 */
export async function readFilelists(
  chunks: AsyncIterable<string> | Iterable<string>,
  wanted: ReadonlySet<string>,
  what = 'filelists.xml',
  limits: ReadLimits = readLimits,
): Promise<readonly PackageFiles[]> {
  const found: PackageFiles[] = [];
  let owner = { name: '', arch: '', checksum: '' };
  let files: string[] = [];
  let count = 0;
  const reader = new XmlReader(what, {
    open(name, attributes) {
      if (name !== 'package') return;
      if (++count > limits.packages) throw tooLarge(what, limits.packages, 'packages');
      owner = { name: attributes['name'] ?? '', arch: attributes['arch'] ?? '', checksum: attributes['pkgid'] ?? '' };
      files = [];
    },
    close(name, text) {
      if (name === 'file' && wanted.has(text)) files.push(text);
      if (name === 'package' && files.length > 0) found.push({ ...owner, files });
    },
  });
  for await (const chunk of chunks) reader.write(chunk);
  reader.end();
  return found;
}
