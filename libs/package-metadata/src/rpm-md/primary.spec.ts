import { readLimits } from '../limits';
import { readPrimary, type RepositoryPackage } from './primary';
import { parseRepomd } from './repomd';

async function read(xml: string | readonly string[], limits = readLimits): Promise<RepositoryPackage[]> {
  const found: RepositoryPackage[] = [];
  for await (const one of readPrimary(typeof xml === 'string' ? [xml] : xml, 'primary.xml', limits)) found.push(one);
  return found;
}

const one = (name: string, inside = ''): string =>
  `<package type="rpm"><name>${name}</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/>` +
  `<checksum type="sha256" pkgid="YES">ab</checksum><location href="x.rpm"/><format>${inside}</format></package>`;
const whole = (inside: string): string =>
  `<?xml version="1.0"?><metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm">${inside}</metadata>`;

describe('primary.xml', () => {
  it('is the same however it is cut into chunks', async () => {
    const xml = whole(
      one('a', '<rpm:provides><rpm:entry name="a" flags="EQ" epoch="0" ver="1" rel="1"/></rpm:provides>') + one('b'),
    );
    const expected = await read(xml);
    expect(expected.map((p) => p.name)).toEqual(['a', 'b']);
    expect(await read([...xml])).toEqual(expected);
  });

  it('reads escaped names', async () => {
    const xml = whole(one('a', '<rpm:requires><rpm:entry name="(b &lt; 2 or c)"/></rpm:requires>'));
    expect((await read(xml))[0]!.requires).toEqual([{ name: '(b < 2 or c)' }]);
  });

  it('refuses a document type, so that no entity can be defined', async () => {
    const bomb = '<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + whole(one('&b;'));
    await expect(read(bomb)).rejects.toMatchObject({
      code: 'metadata-damaged',
      message: expect.stringContaining('document type'),
    });
  });

  it('refuses entities that XML does not define', async () => {
    await expect(read(whole(one('&secret;')))).rejects.toMatchObject({ code: 'metadata-damaged' });
  });

  it('refuses more packages or entries than the limits', async () => {
    const limits = { ...readLimits, packages: 2, entries: 3 };
    await expect(read(whole(one('a') + one('b') + one('c')), limits)).rejects.toMatchObject({
      code: 'metadata-too-large',
    });
    const files = '<file>/a</file>'.repeat(5);
    await expect(
      read(whole(one('a', files + '<rpm:requires><rpm:entry name="x"/></rpm:requires>')), limits),
    ).rejects.toMatchObject({
      code: 'metadata-too-large',
    });
  });

  it('refuses a package without a name', async () => {
    await expect(read(whole(one('')))).rejects.toMatchObject({ code: 'metadata-damaged' });
  });
});

describe('repomd.xml', () => {
  const entry = (href: string): string =>
    `<repomd><data type="primary"><checksum type="sha256">cd</checksum><open-checksum type="sha256">ef</open-checksum><location href="${href}"/></data></repomd>`;

  it('lists files with the checksum of their stored bytes', () => {
    expect(parseRepomd(entry('repodata/p.xml.gz'))).toEqual([
      { type: 'primary', href: 'repodata/p.xml.gz', checksum: { type: 'sha256', value: 'cd' }, size: null },
    ]);
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a/../../b', 'http://example.org/p.xml', ''])(
    'refuses the path %j',
    (href) => {
      expect(() => parseRepomd(entry(href))).toThrow(expect.objectContaining({ code: 'metadata-path' }));
    },
  );
});
