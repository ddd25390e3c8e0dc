import { AppError } from '@millrace/kernel';
import type { Dependency, DependencyFlag } from './rpm-md/dependency';
import { parseEvr } from './rpm-md/evr';

/** A binary package as its spec declares it; a build finds more provides and requires (sonames and the like). */
export interface DeclaredPackage {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
  readonly provides: readonly Dependency[];
  readonly requires: readonly Dependency[];
  /** From `%files`: paths, which may hold shell patterns. */
  readonly files: readonly string[];
}

/** What a spec file says when rpm reads it on this machine. */
export interface SpecDescription {
  readonly name: string;
  readonly buildRequires: readonly Dependency[];
  /** True when `%generate_buildrequires` adds more during the build. */
  readonly dynamicBuildRequires: boolean;
  readonly packages: readonly DeclaredPackage[];
}

/** The query formats that give the texts read here; for `rpmspec --query --queryformat`. */
export const specQueries = {
  source: '=%{NAME}\\n[R\\t%{REQUIRENAME}\\t%{REQUIREFLAGS:depflags}\\t%{REQUIREVERSION}\\n]',
  packages:
    '=%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n' +
    '[P\\t%{PROVIDENAME}\\t%{PROVIDEFLAGS:depflags}\\t%{PROVIDEVERSION}\\n]' +
    '[R\\t%{REQUIRENAME}\\t%{REQUIREFLAGS:depflags}\\t%{REQUIREVERSION}\\n]',
} as const;

const maxTextBytes = 16 * 1024 * 1024;

/**
 * Puts together what rpmspec answered.
 * @param source  output of `rpmspec -q --srpm` with {@link specQueries}`.source`
 * @param packages  output of `rpmspec -q` with {@link specQueries}`.packages`
 * @param expanded  output of `rpmspec -P`: the spec with its macros expanded
 * @throws AppError `spec-unreadable`
 */
export function describeSpec(source: string, packages: string, expanded: string): SpecDescription {
  if (source.length + packages.length + expanded.length > maxTextBytes) throw unreadable('it is too long');
  const [head] = source.split('\n');
  if (!head?.startsWith('=') || head.length < 2) throw unreadable('rpm gave no name of the source package');
  const name = head.slice(1);
  const files = declaredFiles(expanded, name);
  return {
    name,
    buildRequires: source.split('\n').filter(isRequirement).map(dependencyOf).filter(isNoRpmlib),
    dynamicBuildRequires: /^%generate_buildrequires\s*$/m.test(expanded),
    packages: packages
      .split(/^=/m)
      .slice(1)
      .map((block) => packageOf(block, files)),
  };
}

function packageOf(block: string, files: ReadonlyMap<string, readonly string[]>): DeclaredPackage {
  const [head = '', ...lines] = block.split('\n');
  const [name = '', epoch = '0', version = '', release = '', arch = ''] = head.split('\t');
  if (name === '' || arch === '') throw unreadable('rpm gave a package without a name');
  return {
    ...{ name, epoch, version, release, arch },
    provides: lines.filter((line) => line.startsWith('P\t')).map(dependencyOf),
    requires: lines.filter(isRequirement).map(dependencyOf).filter(isNoRpmlib),
    files: files.get(name) ?? [],
  };
}

function isRequirement(line: string): boolean {
  return line.startsWith('R\t');
}

function isNoRpmlib(dependency: Dependency): boolean {
  return !dependency.name.startsWith('rpmlib(');
}

/** One line `P|R <tab> name <tab> sign <tab> [epoch:]version[-release]`. */
function dependencyOf(line: string): Dependency {
  const [, name = '', sign = '', evr = ''] = line.split('\t');
  const flags = ({ '=': 'EQ', '<': 'LT', '>': 'GT', '<=': 'LE', '>=': 'GE' } as const)[sign.trim()];
  if (flags === undefined || evr === '') return { name };
  const { epoch = '0', version, release } = parseEvr(evr);
  const range = { name, flags: flags satisfies DependencyFlag, epoch, version };
  return release === undefined ? range : { ...range, release };
}

const sectionStart =
  /^%(package|description|prep|generate_buildrequires|conf|build|install|check|clean|pre|post|preun|postun|pretrans|posttrans|trigger\w*|verifyscript|file\w+|transfiletrigger\w*|changelog|sourcelist|patchlist)\b/;

/** `%files` sections by binary package: paths only, directives such as %attr and %doc taken away. */
function declaredFiles(expanded: string, mainName: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let current: string[] | null = null;
  for (const line of expanded.split('\n')) {
    const files = /^%files\b(.*)$/.exec(line);
    if (files) {
      const owner = filesOwner(files[1]!, mainName);
      current = found.get(owner) ?? [];
      found.set(owner, current);
    } else if (sectionStart.test(line)) {
      current = null;
    } else if (current) {
      current.push(...pathsOf(line));
    }
  }
  return found;
}

function filesOwner(options: string, mainName: string): string {
  const words = options
    .trim()
    .replace(/-f\s+\S+/g, '')
    .split(/\s+/)
    .filter(Boolean);
  if (words[0] === '-n') return words[1] ?? mainName;
  return words[0] === undefined ? mainName : `${mainName}-${words[0]}`;
}

function pathsOf(line: string): readonly string[] {
  if (/^\s*(#|%(exclude|license|doc|ghost)\b)/.test(line)) return [];
  return line
    .replace(/%(attr|verify|defattr|lang|caps|config|docdir)\([^)]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => word.startsWith('/') && word.length <= 4096);
}

function unreadable(why: string): AppError {
  return new AppError({
    code: 'spec-unreadable',
    kind: 'invalid',
    message: `the spec file cannot be read: ${why}`,
    remedy: 'check it with rpmspec -P',
  });
}
