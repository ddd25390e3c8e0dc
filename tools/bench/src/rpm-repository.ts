import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Writes an rpm-md repository of invented packages, of about the size that real ones have (900 bytes each): sources of
 * three packages, sonames that others require, versions. Its text is the same each time.
 */
export function writeRepository(folder: string, packages: number): string {
  const repodata = join(folder, 'repodata');
  mkdirSync(repodata, { recursive: true });
  const parts = [
    '<?xml version="1.0" encoding="UTF-8"?>\n<metadata xmlns="http://linux.duke.edu/metadata/common" ',
    `xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${packages}">\n`,
  ];
  for (let n = 0; n < packages; n++) parts.push(packageOf(n, packages));
  const primary = Buffer.from(`${parts.join('')}</metadata>\n`);
  const packed = gzipSync(primary, { level: 1 });
  writeFileSync(join(repodata, 'primary.xml.gz'), packed);
  writeFileSync(join(repodata, 'repomd.xml'), repomdOf(primary, packed));
  return folder;
}

function packageOf(n: number, packages: number): string {
  const source = Math.floor(n / 3);
  const name = `${['lib', 'tool', 'data'][n % 3]}${source}`;
  const checksum = sha256(Buffer.from(name));
  const entry = (of: string, version = ''): string => `<rpm:entry name="${of}"${version}/>`;
  const evr = ` flags="EQ" epoch="0" ver="${1 + (n % 9)}.${n % 40}" rel="${1 + (n % 5)}.fc43"`;
  const provides = [entry(name, evr), entry(`${name}(x86-64)`, evr), entry(`lib${source}.so.${n % 7}()(64bit)`)];
  const requires = [1, 2, 3, 5, 8].map((step) => {
    const other = Math.floor(((n * 7 + step * 131) % packages) / (step * 3));
    return entry(`lib${other}.so.${(other * 3) % 7}()(64bit)`);
  });
  return `<package type="rpm"><name>${name}</name><arch>x86_64</arch>
<version epoch="0" ver="${1 + (n % 9)}.${n % 40}" rel="${1 + (n % 5)}.fc43"/>
<checksum type="sha256" pkgid="YES">${checksum}</checksum><summary>An invented package, number ${n}</summary>
<description>It is there so that reading many of them can be measured.</description>
<packager>Nobody</packager><url>https://example.org/${name}</url>
<time file="1700000000" build="1700000000"/><size package="10000" installed="20000" archive="21000"/>
<location href="Packages/${name}.rpm"/><format><rpm:license>MIT</rpm:license><rpm:group>Unspecified</rpm:group>
<rpm:sourcerpm>source${source}-1.0-1.fc43.src.rpm</rpm:sourcerpm>
<rpm:provides>${provides.join('')}</rpm:provides>
<rpm:requires>${requires.join('')}</rpm:requires>
<file>/usr/bin/${name}</file></format></package>
`;
}

function repomdOf(open: Buffer, packed: Buffer): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>
<data type="primary"><checksum type="sha256">${sha256(packed)}</checksum>
<open-checksum type="sha256">${sha256(open)}</open-checksum><location href="repodata/primary.xml.gz"/>
<size>${packed.length}</size><open-size>${open.length}</open-size></data></repomd>
`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
