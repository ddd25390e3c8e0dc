import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSpec, specQueries, type SpecDescription } from './spec-description';

const folder = mkdtempSync(join(tmpdir(), 'millrace-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** rpm's own reading of a spec that was written here. */
function read(spec: string, ...options: string[]): SpecDescription {
  const path = join(folder, 'x.spec');
  writeFileSync(path, spec);
  const run = (...args: string[]): string => execFileSync('rpmspec', [...options, ...args, path], { encoding: 'utf8' });
  return describeSpec(
    run('-q', '--srpm', '--qf', specQueries.source),
    run('-q', '--qf', specQueries.packages),
    run('-P'),
  );
}

const spec = `
%bcond_with bootstrap
Name: librune
Epoch: 1
Version: 1.0
Release: 2
Summary: Runes
License: CC0-1.0
BuildRequires: gcc, /usr/bin/runes
BuildRequires: mill-macros >= 2:1.5
%if %{without bootstrap}
BuildRequires: runedoc
%endif
Provides: runes(abi) = 3
%description
x
%package devel
Summary: x
Requires: %{name}%{?_isa} = %{epoch}:%{version}-%{release}
%description devel
x
%package -n rune-tools
Summary: x
BuildArch: noarch
%description -n rune-tools
x
%generate_buildrequires
echo nothing
%files
%license COPYING
%dir %{_libdir}/mill
%attr(0755,root,root) %{_libdir}/librune.so.*
%files devel
%config(noreplace) /etc/rune.conf
%files -n rune-tools -f list
/usr/bin/rune /usr/bin/rune2
%changelog
* Thu Jan 15 2026 A <a@example.org> - 1
- /not/a/file
`;

describe('a spec file as rpm reads it', () => {
  const description = read(spec);
  const named = (name: string) => description.packages.find((one) => one.name === name)!;

  it('has build requirements with their ranges', () => {
    expect(description.name).toBe('librune');
    expect(description.buildRequires).toContainEqual({ name: 'gcc' });
    expect(description.buildRequires).toContainEqual({ name: 'mill-macros', flags: 'GE', epoch: '2', version: '1.5' });
    expect(description.buildRequires).toContainEqual({ name: 'runedoc' });
    expect(description.dynamicBuildRequires).toBe(true);
  });

  it('has binary packages with what they declare', () => {
    expect(description.packages.map((one) => one.name).sort()).toEqual(['librune', 'librune-devel', 'rune-tools']);
    expect(named('librune').provides).toContainEqual({ name: 'runes(abi)', flags: 'EQ', epoch: '0', version: '3' });
    expect(named('librune-devel').requires).toEqual([
      expect.objectContaining({ flags: 'EQ', epoch: '1', version: '1.0', release: '2' }),
    ]);
    expect(named('rune-tools').arch).toBe('noarch');
  });

  it('has the files of each package, without directives', () => {
    expect(named('librune').files).toEqual([
      expect.stringMatching(/^\/usr\/lib(64)?\/mill$/),
      expect.stringMatching(/^\/usr\/lib(64)?\/librune\.so\.\*$/),
    ]);
    expect(named('librune-devel').files).toEqual(['/etc/rune.conf']);
    expect(named('rune-tools').files).toEqual(['/usr/bin/rune', '/usr/bin/rune2']);
  });

  it('reads otherwise under the macros of a bootstrap', () => {
    const bootstrap = read(spec, '--define', '_with_bootstrap 1');
    expect(bootstrap.buildRequires.map((one) => one.name)).not.toContain('runedoc');
  });

  it('is refused when rpm said nothing', () => {
    expect(() => describeSpec('', '', '')).toThrow(expect.objectContaining({ code: 'spec-unreadable' }));
  });
});
