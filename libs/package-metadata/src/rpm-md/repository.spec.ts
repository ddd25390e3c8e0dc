import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readLimits } from '../limits';
import { readModules, readRepository } from './repository';

const folder = mkdtempSync(join(tmpdir(), 'millrace-repository-'));
const repository = join(folder, 'repository');
afterAll(() => rmSync(folder, { recursive: true }));

const spec = `
Name: quern
Epoch: 2
Version: 1.0~rc1
Release: 3
Summary: A hand mill
License: CC0-1.0
BuildArch: noarch
Provides: mill-engine = 1:4.2
Obsoletes: hand-mill < 2
Requires: mill-measures >= 1.0, /usr/share/mill/stone.tsv
Requires(post): /bin/sh
%description
It grinds & <sifts>.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/mill
touch %{buildroot}/usr/bin/quern %{buildroot}/usr/share/mill/grain.tsv %{buildroot}/usr/share/mill/other.tsv
%files
/usr/bin/quern
/usr/share/mill/*.tsv
`;

beforeAll(() => {
  mkdirSync(repository);
  writeFileSync(join(folder, 'quern.spec'), spec);
  const defines = ['_topdir', '_rpmdir'].flatMap((name) => ['--define', `${name} ${folder}/${name}`]);
  execFileSync('rpmbuild', ['-bb', '--quiet', ...defines, join(folder, 'quern.spec')], {
    stdio: 'pipe',
    env: { ...process.env, HOME: folder },
  });
  execFileSync('cp', [join(folder, '_rpmdir/noarch/quern-1.0~rc1-3.noarch.rpm'), repository]);
  execFileSync('createrepo_c', ['--quiet', '--general-compress-type=gz', repository]);
});

describe('a repository made by createrepo_c', () => {
  it('gives packages with their capabilities', async () => {
    const [quern, ...others] = await readRepository(repository);
    expect(others).toEqual([]);
    expect(quern).toMatchObject({
      ...{ name: 'quern', epoch: '2', version: '1.0~rc1', release: '3', arch: 'noarch' },
      sourceRpm: 'quern-1.0~rc1-3.src.rpm',
      location: 'quern-1.0~rc1-3.noarch.rpm',
      files: ['/usr/bin/quern'],
    });
    expect(quern!.provides).toContainEqual({ name: 'mill-engine', flags: 'EQ', epoch: '1', version: '4.2' });
    expect(quern!.requires).toContainEqual({ name: 'mill-measures', flags: 'GE', epoch: '0', version: '1.0' });
    expect(quern!.requires.some((one) => one.name.startsWith('rpmlib('))).toBe(false);
  });

  it('looks files up in filelists when primary does not list them, and only those', async () => {
    const wantedFiles = () => new Set(['/usr/share/mill/grain.tsv', '/usr/bin/quern']);
    const [quern] = await readRepository(`file://${repository}`, { wantedFiles });
    expect(quern!.files).toEqual(['/usr/bin/quern', '/usr/share/mill/grain.tsv']);
  });

  it.each([
    ['zstd', 'primary.xml.zst'],
    ['xz', 'primary.xml.xz'],
  ])('is the same when it is compressed with %s', async (type, file) => {
    const copy = mkdtempSync(join(folder, `${type}-`));
    execFileSync('cp', [join(repository, 'quern-1.0~rc1-3.noarch.rpm'), copy]);
    // Old versions of createrepo_c have no zstd.
    if (type === 'zstd') compressedByHand(copy);
    else execFileSync('createrepo_c', ['--quiet', `--general-compress-type=${type}`, copy]);
    expect(readdirSync(join(copy, 'repodata')).some((name) => name.endsWith(file))).toBe(true);
    const wantedFiles = () => new Set(['/usr/share/mill/grain.tsv']);
    expect(await readRepository(copy, { wantedFiles })).toEqual(await readRepository(repository, { wantedFiles }));
  });

  it('is read without filelists when nobody needs a file of them', async () => {
    const copy = mkdtempSync(join(folder, 'no-filelists-'));
    execFileSync('cp', ['-r', join(repository, 'repodata'), copy]);
    const filelists = readdirSync(join(copy, 'repodata')).find((name) => name.includes('filelists.xml'))!;
    rmSync(join(copy, 'repodata', filelists));
    expect(await readRepository(copy, { wantedFiles: () => new Set(['/usr/bin/quern']) })).toHaveLength(1);
    await expect(
      readRepository(copy, { wantedFiles: () => new Set(['/usr/share/mill/grain.tsv']) }),
    ).rejects.toMatchObject({ code: 'metadata-missing' });
  });

  it('says what its packages take the place of', async () => {
    const [quern] = await readRepository(repository);
    expect(quern!.obsoletes).toEqual([{ name: 'hand-mill', flags: 'LT', epoch: '0', version: '2' }]);
  });

  it('may have modules in it', async () => {
    const copy = mkdtempSync(join(folder, 'modules-'));
    execFileSync('cp', ['-r', join(repository, 'repodata'), copy]);
    const modules = 'document: modulemd\nversion: 2\ndata:\n  name: mill\n  stream: 1.10\n';
    writeFileSync(join(folder, 'modules.yaml'), modules);
    execFileSync('modifyrepo_c', ['--mdtype=modules', join(folder, 'modules.yaml'), join(copy, 'repodata')], {
      stdio: 'pipe',
    });
    expect(await readModules(copy)).toBe(modules);
    expect(await readRepository(copy)).toHaveLength(1);
  });

  it('has no modules', async () => {
    expect(await readModules(repository)).toBeNull();
  });
});

/** The repository with its metadata in zstd, sums and names corrected. */
function compressedByHand(copy: string): void {
  const repodata = join(copy, 'repodata');
  execFileSync('cp', ['-r', join(repository, 'repodata'), copy]);
  let repomd = readFileSync(join(repodata, 'repomd.xml'), 'utf8');
  for (const name of readdirSync(repodata).filter((one) => one.endsWith('.xml.gz'))) {
    const old = createHash('sha256')
      .update(readFileSync(join(repodata, name)))
      .digest('hex');
    const stored = zstdFrame(gunzipSync(readFileSync(join(repodata, name))));
    writeFileSync(join(repodata, `${name.slice(0, -3)}.zst`), stored);
    rmSync(join(repodata, name));
    const sum = createHash('sha256').update(stored).digest('hex');
    repomd = repomd.replace(`>${old}<`, `>${sum}<`).replace(name, `${name.slice(0, -3)}.zst`);
  }
  writeFileSync(join(repodata, 'repomd.xml'), repomd);
}

/** A frame of one block that is stored as it is (RFC 8878, 3.1.1). */
function zstdFrame(content: Buffer): Buffer {
  expect(content.length).toBeLessThan(128 * 1024);
  const head = (content.length << 3) | 1;
  const bytes = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, head & 255, (head >> 8) & 255, head >> 16];
  return Buffer.concat([Buffer.from(bytes), content]);
}

describe('a repository that cannot be trusted', () => {
  function broken(change: (xml: string) => string): string {
    const copy = mkdtempSync(join(folder, 'broken-'));
    execFileSync('cp', ['-r', join(repository, 'repodata'), copy]);
    const primary = join(
      copy,
      'repodata',
      readdirSync(join(copy, 'repodata')).find((f) => f.includes('primary.xml'))!,
    );
    const xml = gunzipSync(readFileSync(primary)).toString();
    writeFileSync(primary, gzipSync(change(xml)));
    return copy;
  }

  it('is refused when a checksum is wrong', async () => {
    const copy = broken((xml) => xml.replace('quern', 'querm'));
    await expect(readRepository(copy)).rejects.toMatchObject({ code: 'metadata-checksum', kind: 'unavailable' });
  });

  it('is refused when it is cut short', async () => {
    const copy = broken((xml) => xml.slice(0, 400));
    await expect(readRepository(copy)).rejects.toMatchObject({ code: expect.stringMatching(/^metadata-/) });
  });

  it('is refused when it is not there', async () => {
    await expect(readRepository(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'metadata-missing' });
    await expect(readRepository('https://example.org/repo')).rejects.toMatchObject({ code: 'repository-address' });
  });

  it('is refused when it is larger than the limits', async () => {
    const limits = { ...readLimits, storedBytes: 100 };
    await expect(readRepository(repository, { limits })).rejects.toMatchObject({ code: 'metadata-too-large' });
  });
});
