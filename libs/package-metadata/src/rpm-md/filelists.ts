import { readLimits, tooLarge, type ReadLimits } from '../limits';
import { XmlScanner } from './xml-scanner';

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
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  wanted: ReadonlySet<string>,
  what = 'filelists.xml',
  limits: ReadLimits = readLimits,
): Promise<readonly PackageFiles[]> {
  const found: PackageFiles[] = [];
  let owner = { name: '', arch: '', checksum: '' };
  let files: string[] = [];
  let count = 0;
  const reader = new XmlScanner(what, {
    open(name, xml) {
      if (name !== 'package') return;
      if (++count > limits.packages) throw tooLarge(what, limits.packages, 'packages');
      owner = {
        name: xml.attribute('name') ?? '',
        arch: xml.attribute('arch') ?? '',
        checksum: xml.attribute('pkgid') ?? '',
      };
      files = [];
    },
    close(name, xml) {
      if (name === 'file') {
        const path = xml.text();
        if (wanted.has(path)) files.push(path);
      }
      if (name === 'package' && files.length > 0) found.push({ ...owner, files });
    },
  });
  for await (const chunk of chunks) reader.write(chunk);
  reader.end();
  return found;
}
