import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const metadata =
  '<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm">';

/** Writes a repository of packages in the words of primary.xml, with checksums that are right. */
export function writeRepository(folder: string, ...packages: readonly string[]): string {
  return writePrimary(folder, 'primary.xml', Buffer.from(`${metadata}${packages.join('')}</metadata>`));
}

/** Writes a repository whose primary is these bytes, whatever they are. */
export function writePrimary(folder: string, name: string, bytes: Buffer): string {
  const sum = createHash('sha256').update(bytes).digest('hex');
  const repomd =
    '<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary">' +
    `<checksum type="sha256">${sum}</checksum><location href="repodata/${name}"/><size>${bytes.length}</size></data></repomd>`;
  mkdirSync(join(folder, 'repodata'), { recursive: true });
  writeFileSync(join(folder, 'repodata', name), bytes);
  writeFileSync(join(folder, 'repodata', 'repomd.xml'), repomd);
  return folder;
}

/** A package of primary.xml; requires and provides are names. */
export function packageXml(
  name: string,
  version: string,
  {
    requires = [],
    provides = [],
  }: { readonly requires?: readonly string[]; readonly provides?: readonly string[] } = {},
): string {
  const entries = (names: readonly string[]): string => names.map((one) => `<rpm:entry name="${one}"/>`).join('');
  return (
    `<package type="rpm"><name>${name}</name><arch>x86_64</arch><version epoch="0" ver="${version}" rel="1"/>` +
    `<checksum type="sha256" pkgid="YES">${name}${version}</checksum><location href="x.rpm"/>` +
    `<format><rpm:sourcerpm>${name}-${version}-1.src.rpm</rpm:sourcerpm>` +
    `<rpm:provides>${entries(provides)}</rpm:provides><rpm:requires>${entries(requires)}</rpm:requires></format></package>`
  );
}
