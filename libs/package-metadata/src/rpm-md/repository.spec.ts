import { execFileSync } from 'node:child_process';
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

  it('has no modules', async () => {
    expect(await readModules(repository)).toBeNull();
  });
});

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
